//! A small world for the policy's tests: entries are made and folded here, nothing is decided.
#![allow(dead_code, reason = "each test program uses its own part of the world")]

use doorward_core::{
    feed::entry::{Entry, What},
    grant::{Plan, Setting, Until},
    id::{AccountId, GrantSerial, HostId, KeySerial, Seq, SessionSerial, StaffId, UserId},
    policy::{Ask, By, Denial, Opening, TouchBinding, decide},
    session::{Lengths, Mode, Reason, Session},
    staff::Role,
    state::{AccessState, FoldFault},
    time::{Millis, UnixMs},
};

pub const START: UnixMs = UnixMs(1_764_000_000_000);

pub fn account(text: &str) -> AccountId {
    AccountId::parse(text).unwrap()
}

pub fn staff(text: &str) -> StaffId {
    StaffId::parse(text).unwrap()
}

pub fn host(text: &str) -> HostId {
    HostId::parse(text).unwrap()
}

pub fn user() -> UserId {
    UserId::parse("u-1").unwrap()
}

/// The fold and the entries it was made of.
#[derive(Clone, Default)]
pub struct World {
    pub state: AccessState,
    pub entries: Vec<Entry>,
}

impl World {
    pub fn tell(&mut self, at: UnixMs, what: What) -> Result<Seq, FoldFault> {
        let entry = Entry { seq: Seq(self.state.size()).next(), at, what };
        self.state.apply(&entry)?;
        self.entries.push(entry);
        Ok(Seq(self.state.size()))
    }

    pub fn register(&mut self, id: &str, plan: Plan) {
        self.tell(START, What::AccountRegistered { account: account(id), plan }).unwrap();
    }

    /// Adds a staff member with roles and one key, whose serial it returns.
    pub fn hire(&mut self, id: &str, roles: &[Role]) -> KeySerial {
        self.tell(START, What::StaffAdded { staff: staff(id) }).unwrap();
        for role in roles {
            self.tell(START, What::RoleGiven { staff: staff(id), role: *role }).unwrap();
        }
        let key = self.state.next_key();
        self.tell(START, What::KeyEnrolled { key, staff: staff(id) }).unwrap();
        key
    }

    pub fn grant(&mut self, id: &str, setting: Setting, at: UnixMs, until: Until) -> GrantSerial {
        let grant = self.state.next_grant();
        self.tell(at, What::GrantEnabled { grant, account: account(id), setting, by: user(), until }).unwrap();
        grant
    }
}

pub fn reason(ticket: bool) -> Reason {
    Reason::new(ticket.then_some("T-1"), "looks into an import").unwrap()
}

/// A wish to open a session, as tests write it.
#[derive(Clone)]
pub struct Wish {
    pub staff: StaffId,
    pub key: KeySerial,
    pub account: AccountId,
    pub mode: Mode,
    pub reason: Reason,
    pub touch: Option<TouchBinding>,
    pub sign_in_ends: UnixMs,
}

impl Wish {
    pub fn new(who: &str, key: KeySerial, id: &str, mode: Mode) -> Self {
        let sign_in_ends = START.plus(Millis::hours(10));
        Self { staff: staff(who), key, account: account(id), mode, reason: reason(true), touch: None, sign_in_ends }
    }

    /// With a touch for exactly this on the Customer Success grant that is on.
    pub fn touched(mut self, state: &AccessState) -> Self {
        let held = state.account(&self.account).and_then(|a| a.grant(Setting::CustomerSuccessTeamAccess));
        let grant = held.map_or(GrantSerial(0), |grant| grant.serial);
        let (account, reason) = (self.account.clone(), self.reason.clone());
        self.touch = Some(TouchBinding { account, mode: self.mode, grant, reason });
        self
    }

    pub fn opening(&self) -> Opening<'_> {
        Opening {
            by: By { staff: &self.staff, key: self.key },
            account: &self.account,
            mode: self.mode,
            reason: &self.reason,
            touch: self.touch.as_ref(),
            sign_in_ends: self.sign_in_ends,
            lengths: Lengths::default(),
        }
    }

    pub fn open(&self, state: &AccessState, serial: u64, now: UnixMs) -> Result<Session, Denial> {
        let permit = decide(state, &Ask::Open(self.opening()), now)?;
        let opened = permit.opened().expect("a permit to open says what was opened");
        Ok(Session {
            serial: SessionSerial(serial),
            staff: self.staff.clone(),
            account: self.account.clone(),
            mode: self.mode,
            stands: opened.stands,
            opened: now,
            ends: opened.ends,
        })
    }
}

/// A denial's code as the wire has it.
pub fn code(denial: Denial) -> String {
    serde_json::to_value(denial).unwrap().as_str().unwrap().to_owned()
}
