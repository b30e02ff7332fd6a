//! Reviews written down: every grant as of an instant, as rows for a spreadsheet and as a page to print, with the
//! checkpoint they stand on. Nothing is overwritten, and nobody else may read it.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    sync::Arc,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use doorward_core::{
    feed::tree::plain_hash,
    grant::{Grant, Plan, Setting, Until},
    id::AccountId,
    report::{Report, ReportRow},
    state::{AccessState, AccountState},
    time::UnixMs,
};

use super::{Controller, answer, ms, names::Names, request::Reply, short};
use crate::view::{ErrorCode, Exported};

/// So many files of one minute may stand beside each other.
const MOST_OF_A_MINUTE: u32 = 100;

impl Controller {
    /// Writes all grants of the copy as of its newest signed time, offline too.
    pub(super) fn export(&mut self, reply: Reply<Exported>) {
        let standing = self.parts.standing.clone();
        let (Some(as_of), true) = (standing.as_of(), self.viewer().is_some()) else {
            return answer(reply, Err(ErrorCode::SignedOut.into()));
        };
        let (names, folder) = (Arc::clone(&self.directory.names), self.parts.exports.clone());
        let origin = self.parts.trust.origin.clone();
        tokio::task::spawn_blocking(move || {
            let rows = standing.with_state(|state| rows(state, &names, as_of));
            let (head, note) = standing.with_tail(|tail| (tail.head(), tail.note().map(str::to_owned)));
            let report = Report { origin, size: head.size, root: STANDARD.encode(head.root), as_of, note, rows };
            let written = write(&folder, &report);
            answer(
                reply,
                written.map_err(|fault| {
                    tracing::warn!(%fault, "a review could not be written");
                    ErrorCode::NotSaved.into()
                }),
            );
        });
    }
}

fn rows(state: &AccessState, names: &Names, as_of: UnixMs) -> Vec<ReportRow> {
    let mut rows: Vec<_> = Vec::new();
    for (id, account) in state.accounts() {
        let held = Setting::ALL.into_iter().filter_map(|setting| account.grant(setting));
        for grant in held.filter(|grant| grant.until.holds(as_of)) {
            rows.push(row(id, account, grant, names));
        }
    }
    rows.sort_by(|a, b| (&a.account, a.setting).cmp(&(&b.account, b.setting)));
    rows
}

fn row(id: &AccountId, account: &AccountState, grant: &Grant, names: &Names) -> ReportRow {
    let primary = account.primary_csm.as_ref().map(|primary| &primary.staff);
    ReportRow {
        account: id.to_string(),
        name: names.account(id).map(str::to_owned),
        premium: account.plan == Plan::Premium,
        setting: grant.setting,
        grant: grant.serial,
        by: names.granted_by(grant).map(str::to_owned),
        from: grant.from,
        until: match grant.until {
            Until::At(end) => Some(end),
            Until::Indefinitely => None,
        },
        primary_csm: primary.map(|staff| names.staff(staff).unwrap_or(staff.as_str()).to_owned()),
    }
}

fn write(folder: &Path, report: &Report) -> io::Result<Exported> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let name = format!("doorward-grants-{}", report.stamp());
    let csv = put(folder, &name, "csv", &report.csv())?;
    let page = put(folder, &name, "html", &report.html())?;
    Ok(Exported {
        csv: csv.display().to_string(),
        report: page.display().to_string(),
        rows: short(u64::try_from(report.rows.len()).unwrap_or(u64::MAX)),
        as_of: ms(report.as_of),
        hash: hex(&plain_hash(report.rows_text().as_bytes())),
    })
}

/// Writes a file that was not there before.
fn put(folder: &Path, name: &str, kind: &str, text: &str) -> io::Result<PathBuf> {
    for number in 1..MOST_OF_A_MINUTE {
        let more = if number == 1 { String::new() } else { format!("-{number}") };
        let path = folder.join(format!("{name}{more}.{kind}"));
        match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path) {
            Ok(mut file) => {
                file.write_all(text.as_bytes())?;
                file.sync_all()?;
                return Ok(path);
            }
            Err(fault) if fault.kind() == io::ErrorKind::AlreadyExists => {}
            Err(fault) => return Err(fault),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
