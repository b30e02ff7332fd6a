//! Setting a server up. What a command exists to show goes to standard output, once; nothing else does.

use std::io::{self, Write};

use doorward_core::{id::StaffId, time::UnixMs, wire::Code};
use doorward_server::{
    app::{Erase, Erased, Refusal},
    config::Config,
    store::api_keys::ApiKeyKind,
};
use jiff::{civil::Date, tz::TimeZone};

use crate::{
    args::{Admin, Kind, Server, Whose},
    fault::Fault,
    house::House,
};

/// Does what was asked.
pub async fn admin(asked: Admin) -> Result<(), Fault> {
    match asked {
        Admin::Init { server, handle, name, staff } => init(&server, &handle, &name, staff).await,
        Admin::ApiKey { server, kind, name } => api_key(&server, kind, &name).await,
        Admin::RotateSshCa { server, revoke } => rotate_ssh_ca(&server, revoke).await,
        Admin::Erase { server, whose, before } => erase(&server, whose, before).await,
        Admin::Trust(server) => trust(&server),
        Admin::Config(server) => show(&Config::read(&server.config)?.effective()?),
    }
}

/// The feed has one writer: while a server runs, nobody else appends to it.
async fn init(server: &Server, handle: &str, name: &str, staff: StaffId) -> Result<(), Fault> {
    let house = House::open(&server.config)?;
    let _hold = house.data.hold()?;
    let code = house.app()?.init_first_admin(handle, name, staff).await.map_err(there_is_one)?;
    tracing::info!("the enrolment code is good for one key, and for a day");
    show(&code.0)
}

fn there_is_one(refusal: Refusal) -> Fault {
    match refusal.code() {
        Code::Conflict => Fault::Refused(
            "there is a security admin with a key already, who can add others; or the handle is somebody else's"
                .to_owned(),
        ),
        _ => refusal.into(),
    }
}

/// The server looks the key up each time, so it may be running.
async fn api_key(server: &Server, kind: Kind, name: &str) -> Result<(), Fault> {
    let kind = match kind {
        Kind::Vendor => ApiKeyKind::Vendor,
        Kind::Follower => ApiKeyKind::Follower,
    };
    let key = House::open(&server.config)?.app()?.make_api_key(kind, name).await?;
    show(&key.0)
}

/// What the old key signed is believed until it has run out, unless it is revoked: first the feed says so, and then the
/// key goes.
async fn rotate_ssh_ca(server: &Server, revoke: bool) -> Result<(), Fault> {
    let house = House::open(&server.config)?;
    let _hold = house.data.hold()?;
    let data = house.data.clone();
    if revoke {
        house.app()?.revoke_ssh_authority().await?;
    }
    data.drop_ssh_ca()?;
    tracing::info!("the next start draws another key");
    Ok(())
}

/// It is said what was erased, and never what it said.
async fn erase(server: &Server, whose: Whose, before: Option<Date>) -> Result<(), Fault> {
    let midnight = before.map(|day| TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0))).transpose();
    let midnight = midnight.map_err(|fault| Fault::Refused(format!("there is no such day: {fault}")))?;
    let before = midnight.map(|at| UnixMs(at.as_millisecond()));
    let wish = Erase { account: whose.account, staff: whose.staff, before };
    let Erased { sessions, certificates, open, person } = House::open(&server.config)?.app()?.erase_told(wish).await?;
    let person = if person { "; the directory has forgotten the person" } else { "" };
    show(&format!(
        "erased of {sessions} sessions and {certificates} certificates; {open} are not over and were left{person}"
    ))
}

fn trust(server: &Server) -> Result<(), Fault> {
    let house = House::open(&server.config)?;
    let trust = house.keys()?.trust(&house.config.origin, &house.config.url);
    trust.check()?;
    show(&toml::to_string(&trust)?)
}

fn show(text: &str) -> Result<(), Fault> {
    writeln!(io::stdout().lock(), "{}", text.trim_end()).map_err(Fault::machine("write to standard output"))
}
