//! Prints the whole policy, who × setting × mode × circumstance, and compares it with the committed table.
//!
//! After a deliberate change: `DOORWARD_WRITE=1 cargo nextest run -p doorward-core permission_table`, then read the
//! difference as what it is, a change of who may enter customers' accounts.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod common;

use std::fmt::Write;

use common::{START, Wish, World, account, code, reason, staff};
use doorward_core::{
    feed::entry::What,
    grant::{Plan, Setting, Until},
    id::KeySerial,
    policy::{Ask, By, HostLabel, Membership, decide},
    session::Mode,
    ssh::SshFingerprint,
    staff::Role,
    time::{Millis, UnixMs},
};

const NOW: UnixMs = UnixMs(START.0 + 60_000);

struct Person {
    label: &'static str,
    id: &'static str,
    key: KeySerial,
}

fn people(world: &mut World) -> Vec<Person> {
    let mut people = Vec::new();
    let mut hire = |world: &mut World, label, id, roles: &[Role]| {
        let key = world.hire(id, roles);
        people.push(Person { label, id, key });
    };
    hire(world, "technical support", "support", &[Role::TechnicalSupport]);
    hire(world, "other staff, duty window open", "on-duty", &[]);
    hire(world, "other staff, duty window to come", "duty-later", &[]);
    hire(world, "Primary CSM", "primary", &[Role::Csm]);
    hire(world, "other CSM", "csm", &[Role::Csm]);
    hire(world, "support and Primary CSM elsewhere", "both", &[Role::TechnicalSupport, Role::Csm]);
    hire(world, "Primary CSM without the role", "no-longer", &[]);
    hire(world, "security admin", "admin", &[Role::SecurityAdmin]);
    hire(world, "infrastructure engineer", "infra", &[Role::InfrastructureEngineer]);
    hire(world, "maintenance staff", "maintenance", &[Role::Maintenance]);
    hire(world, "no role", "nobody", &[]);
    hire(world, "technical support, suspended", "suspended", &[Role::TechnicalSupport]);
    hire(world, "technical support, key revoked", "revoked", &[Role::TechnicalSupport]);
    let lent = people.first().map_or(KeySerial(0), |p| p.key);
    world.hire("borrower", &[Role::TechnicalSupport]);
    people.push(Person { label: "technical support, another's key", id: "borrower", key: lent });
    people.push(Person { label: "technical support, unknown key", id: "support", key: KeySerial(999) });
    people.push(Person { label: "not staff", id: "stranger", key: lent });
    people
}

fn circumstances(world: &mut World, people: &[Person]) {
    let duty = |from, until, id: &str| What::DutyOpened { staff: staff(id), from, until };
    world.tell(START, duty(START, START.plus(Millis::hours(2)), "on-duty")).unwrap();
    world.tell(START, duty(START.plus(Millis::hours(1)), START.plus(Millis::hours(2)), "duty-later")).unwrap();
    for (id, label) in [("infra-1", HostLabel::Infrastructure), ("maintained-1", HostLabel::Maintenance)] {
        world.tell(START, What::HostAdded { host: common::host(id), label }).unwrap();
    }
    // The one without an SSH key is there as well.
    for person in people.iter().filter(|person| !["nobody", "stranger"].contains(&person.id) && person.key.0 < 999) {
        let ssh_key = SshFingerprint::of(person.key.to_string().as_bytes());
        // Two people of the table have the same staff key.
        let _enrolled_before = world.tell(START, What::SshKeyEnrolled { key: person.key, ssh_key });
    }
    world.tell(START, What::StaffSuspended { staff: staff("suspended") }).unwrap();
    let key = people.iter().find(|p| p.id == "revoked").unwrap().key;
    world.tell(START, What::KeyRevoked { key, by: staff("admin") }).unwrap();
}

const ACCOUNTS: [(&str, &str); 8] = [
    ("nothing on", "none"),
    ("support on", "support-on"),
    ("success on", "success-on"),
    ("success on, indefinitely", "success-always"),
    ("both on", "both-on"),
    ("both run out", "both-over"),
    ("both switched off", "both-off"),
    ("not registered", "unknown"),
];

fn accounts(world: &mut World) {
    let (support, success) = (Setting::SupportTeamAccess, Setting::CustomerSuccessTeamAccess);
    let day = Until::At(START.plus(Millis::days(1)));
    let over = Until::At(START.plus(Millis::seconds(30)));
    for (_, id) in ACCOUNTS.iter().filter(|(_, id)| *id != "unknown") {
        world.register(id, Plan::Premium);
        world.tell(START, What::PrimaryCsmAssigned { account: account(id), staff: staff("primary") }).unwrap();
    }
    world.grant("support-on", support, START, day);
    world.grant("success-on", success, START, day);
    world.grant("success-always", success, START, Until::Indefinitely);
    for (id, until) in [("both-on", day), ("both-over", over), ("both-off", day)] {
        let grants =
            [(support, world.grant(id, support, START, until)), (success, world.grant(id, success, START, until))];
        for (setting, grant) in grants.into_iter().filter(|_| id == "both-off") {
            let what = What::GrantDisabled { grant, account: account(id), setting, by: common::user() };
            world.tell(START, what).unwrap();
        }
    }
}

fn sessions(out: &mut String, world: &World, people: &[Person]) {
    for (title, id) in ACCOUNTS {
        writeln!(out, "## Sessions: {title}\n").unwrap();
        writeln!(out, "| who | read-only, ticket | read-only, no ticket | read-write, touch | read-write, no touch | read-write, touch for another reason |").unwrap();
        writeln!(out, "|---|---|---|---|---|---|").unwrap();
        for person in people {
            let wish = |mode| Wish::new(person.id, person.key, id, mode);
            let ticketless = Wish { reason: reason(false), ..wish(Mode::ReadOnly) };
            let touched = wish(Mode::ReadWrite).touched(&world.state);
            let misused = Wish { reason: reason(false), ..touched.clone() };
            let wishes = [wish(Mode::ReadOnly), ticketless, touched, wish(Mode::ReadWrite), misused];
            let cells: Vec<_> = wishes
                .iter()
                .map(|w| match w.open(&world.state, 1, NOW) {
                    Ok(_) => "**yes**".to_owned(),
                    Err(denial) => code(denial),
                })
                .collect();
            writeln!(out, "| {} | {} |", person.label, cells.join(" | ")).unwrap();
        }
        out.push('\n');
    }
}

fn said(world: &World, ask: &Ask<'_>) -> String {
    decide(&world.state, ask, NOW).map_or_else(code, |_| "**yes**".to_owned())
}

fn administration(out: &mut String, world: &World, people: &[Person]) {
    out.push_str("## Administration and hosts\n\n");
    out.push_str("| who | sign in | change staff and keys, touch | no touch | revoke own key | revoke another's key, touch | infrastructure host, touch | maintenance host, touch | host, no touch | unknown host, touch |\n");
    out.push_str("|---|---|---|---|---|---|---|---|---|---|\n");
    for person in people {
        let id = staff(person.id);
        let by = By { staff: &id, key: person.key };
        let other = people.iter().find(|p| p.id == "nobody").unwrap().key;
        let (infrastructure, maintenance) = (common::host("infra-1"), common::host("maintained-1"));
        let host = |host, touched| Ask::Certify { by, host, touched };
        let unknown = common::host("unknown");
        let asks = [
            Ask::SignIn { by },
            Ask::Administer { by, touched: true },
            Ask::Administer { by, touched: false },
            Ask::RevokeKey { by, key: person.key, touched: false },
            Ask::RevokeKey { by, key: if person.id == "nobody" { KeySerial(1) } else { other }, touched: true },
            host(&infrastructure, true),
            host(&maintenance, true),
            host(&infrastructure, false),
            host(&unknown, true),
        ];
        let cells: Vec<_> = asks.iter().map(|ask| said(world, ask)).collect();
        writeln!(out, "| {} | {} |", person.label, cells.join(" | ")).unwrap();
    }
    out.push('\n');
}

fn switching(out: &mut String, world: &mut World) {
    world.register("standard", Plan::Standard);
    out.push_str("## Switching a setting\n\n| plan | setting | who | off | 180 days | 180 days and a moment | indefinitely | an end that has passed |\n|---|---|---|---|---|---|---|---|\n");
    let longest = NOW.plus(Millis::days(180));
    let ends = [
        None,
        Some(Until::At(longest)),
        Some(Until::At(longest.plus(Millis(1)))),
        Some(Until::Indefinitely),
        Some(Until::At(NOW)),
    ];
    for (plan, id) in
        [("Standard", account("standard")), ("Premium", account("none")), ("not registered", account("unknown"))]
    {
        for setting in Setting::ALL {
            let members = [Membership::AccountAdmin, Membership::MemberWithPermission, Membership::Member];
            for membership in members {
                let cells: Vec<_> = ends
                    .iter()
                    .map(|on| said(world, &Ask::Switch { account: &id, membership, setting, on: *on }))
                    .collect();
                writeln!(out, "| {plan} | {setting:?} | {membership:?} | {} |", cells.join(" | ")).unwrap();
            }
        }
    }
}

#[test]
fn the_policy_is_the_committed_table() {
    let mut world = World::default();
    let people = people(&mut world);
    circumstances(&mut world, &people);
    accounts(&mut world);
    let successor = What::PrimaryCsmAssigned { account: account("success-always"), staff: staff("no-longer") };
    world.tell(START, successor).unwrap();
    let mut out = String::from(
        "# Who may do what\n\nPrinted by the test beside it; a change here is a change of the policy.\n\n",
    );
    sessions(&mut out, &world, &people);
    administration(&mut out, &world, &people);
    switching(&mut out, &mut world);
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/permission-table.md");
    if std::env::var_os("DOORWARD_WRITE").is_some() {
        std::fs::write(path, &out).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap();
    assert!(committed == out, "the policy is not what {path} says; see this file's head for what to do");
}
