//! Reviews as files: every grant as of an instant, as rows for a spreadsheet and as a page to print. Both carry the
//! checkpoint they stand on and a hash of the rows.
//!
//! The hash says that the rows are those that were written; that they are what the feed says, only who folds it knows.

use std::fmt::Write;

use crate::{
    feed::{
        checkpoint::{Checkpoint, FeedTrust, StatementFault},
        tree::plain_hash,
    },
    grant::Setting,
    id::GrantSerial,
    time::UnixMs,
};

const HEAD: [&str; 10] = [
    "account",
    "name",
    "plan",
    "setting",
    "grant",
    "switched on by",
    "from (UTC)",
    "until (UTC)",
    "days left",
    "primary CSM",
];
const ABOUT: &str = "about this review";
const DAY: i64 = 86_400_000;

/// A review.
#[derive(Debug, Clone)]
pub struct Report {
    pub origin: String,
    /// How many entries the copy had, and their root in base64.
    pub size: u64,
    pub root: String,
    pub as_of: UnixMs,
    /// The checkpoint of that size as a signed note; none where the copy is a snapshot and nothing came since.
    pub note: Option<String>,
    pub rows: Vec<ReportRow>,
}

/// A grant that was on.
#[derive(Clone)]
pub struct ReportRow {
    pub account: String,
    pub name: Option<String>,
    pub premium: bool,
    pub setting: Setting,
    pub grant: GrantSerial,
    pub by: Option<String>,
    pub from: UnixMs,
    /// None: indefinitely.
    pub until: Option<UnixMs>,
    pub primary_csm: Option<String>,
}

impl std::fmt::Debug for ReportRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ReportRow").field("grant", &self.grant).finish_non_exhaustive()
    }
}

/// Why a review's file is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReportFault {
    #[error("it is not a review in rows, as the console writes one")]
    Malformed,
    #[error("its rows are not those that were written: their hash is another")]
    RowsChanged,
    #[error("it carries no checkpoint")]
    NoCheckpoint,
    #[error("the checkpoint: {0}")]
    Checkpoint(StatementFault),
    #[error("it names another size or root than its checkpoint")]
    OtherCheckpoint,
}

impl Report {
    /// The rows alone, which are hashed: a head and a line for each grant.
    pub fn rows_text(&self) -> String {
        let mut text = line(&HEAD.map(str::to_owned));
        for row in &self.rows {
            text.push_str(&line(&self.cells(row)));
        }
        text
    }

    fn cells(&self, row: &ReportRow) -> [String; 10] {
        let unknown = || String::new();
        let left = row.until.map(|until| (until.0.saturating_sub(self.as_of.0) / DAY).to_string());
        [
            row.account.clone(),
            row.name.clone().unwrap_or_else(unknown),
            if row.premium { "Premium" } else { "Standard" }.to_owned(),
            setting(row.setting).to_owned(),
            row.grant.to_string(),
            row.by.clone().unwrap_or_else(unknown),
            instant(row.from),
            row.until.map_or_else(|| "indefinitely".to_owned(), instant),
            left.unwrap_or_else(unknown),
            row.primary_csm.clone().unwrap_or_else(unknown),
        ]
    }

    /// What stands beside the rows: names and values.
    fn about(&self) -> Vec<[String; 2]> {
        let mut about = vec![
            ["as of".to_owned(), instant(self.as_of)],
            ["grants".to_owned(), self.rows.len().to_string()],
            ["feed".to_owned(), self.origin.clone()],
            ["entries".to_owned(), self.size.to_string()],
            ["root".to_owned(), self.root.clone()],
            ["rows SHA-256".to_owned(), hex(&plain_hash(self.rows_text().as_bytes()))],
            ["to check".to_owned(), "doorward verify report <this file> --trust <trust file>".to_owned()],
        ];
        let note = self.note.as_deref().unwrap_or_default();
        about.extend(note.lines().map(|told| ["checkpoint".to_owned(), told.to_owned()]));
        about
    }

    /// The review for a spreadsheet (RFC 4180). No cell is a formula.
    pub fn csv(&self) -> String {
        let mut text = self.rows_text();
        text.push_str("\r\n");
        text.push_str(&line(&[ABOUT.to_owned()]));
        self.about().iter().for_each(|pair| text.push_str(&line(pair)));
        text
    }

    /// The instant as a part of a file's name.
    pub fn stamp(&self) -> String {
        instant(self.as_of).replace([':', '-'], "")
    }

    /// The review as a page to print, with everything in it.
    pub fn html(&self) -> String {
        let mut rows = String::new();
        for row in &self.rows {
            let cells = self.cells(row).map(|cell| format!("<td>{}</td>", escaped(&cell)));
            // Writing to memory does not fail.
            let _written = writeln!(rows, "<tr>{}</tr>", cells.concat());
        }
        let head = HEAD.map(|name| format!("<th scope=\"col\">{name}</th>")).concat();
        let mut about = String::new();
        for [name, value] in self.about().iter().filter(|[name, _]| name != "checkpoint") {
            let _written = writeln!(about, "<dt>{}</dt><dd>{}</dd>", escaped(name), escaped(value));
        }
        let note = escaped(self.note.as_deref().unwrap_or("The copy is a signed snapshot; no checkpoint came since."));
        let as_of = instant(self.as_of);
        format!(
            "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
             <title>Who could enter, as of {as_of}</title>\n<style>{STYLE}</style></head>\n<body>\n\
             <header><h1>Who could enter, as of {as_of}</h1>\n<p>{} grants. Written from a verified copy of the feed.</p></header>\n\
             <table><thead><tr>{head}</tr></thead><tbody>\n{rows}</tbody></table>\n\
             <section><h2>What this stands on</h2><dl>\n{about}</dl>\n\
             <p>The hash is of the rows of the spreadsheet that was written with this page, byte for byte. It shows that they \
             were not changed since; the signature shows which feed they were read from.</p>\n\
             <pre>{note}</pre></section>\n</body></html>\n",
            self.rows.len()
        )
    }
}

const STYLE: &str = "body{font:13px/1.5 Inter,system-ui,sans-serif;color:#0e2429;margin:32px auto;max-width:1180px;padding:0 24px}\
h1{font-size:22px;margin:0;letter-spacing:-.015em}h2{font-size:15px;margin:28px 0 8px}header{border-bottom:3px solid #12343b;padding-bottom:12px;margin-bottom:18px}\
header p{margin:4px 0 0;color:#41585d}table{width:100%;border-collapse:collapse;font-variant-numeric:tabular-nums}\
th{text-align:left;font-size:11px;color:#41585d;border-bottom:1px solid #82989b;padding:6px 8px;text-transform:capitalize}\
td{padding:6px 8px;border-bottom:1px solid #dbe4e4;vertical-align:top}tbody tr:nth-child(even){background:#f7f9f9}\
dl{display:grid;grid-template-columns:120px 1fr;gap:4px 16px}dt{color:#41585d}dd{margin:0;overflow-wrap:anywhere}\
pre{background:#f3f6f6;padding:12px;border-radius:6px;overflow-wrap:anywhere;white-space:pre-wrap}\
@media print{@page{size:A4 landscape;margin:14mm}body{margin:0;max-width:none;padding:0;font-size:10px}thead{display:table-header-group}tr,pre,section{break-inside:avoid}}";

/// What a review in rows says of itself, where its rows are those that were written and its checkpoint is signed.
pub fn verify_csv(text: &str, trust: &FeedTrust) -> Result<(Checkpoint, usize), ReportFault> {
    let cut = text.find("\r\n\r\n").ok_or(ReportFault::Malformed)?;
    let (rows, rest) = text.split_at(cut.saturating_add(2));
    let mut lines = rest.trim_start_matches("\r\n").split_terminator("\r\n");
    lines.next().filter(|first| *first == ABOUT).ok_or(ReportFault::Malformed)?;
    let told: Vec<(&str, String)> = lines
        .map(|line| line.split_once(',').map(|(name, value)| (name, plain(value))))
        .collect::<Option<_>>()
        .ok_or(ReportFault::Malformed)?;
    let one = |wanted: &str| {
        let mut found = told.iter().filter(|(name, _)| *name == wanted).map(|(_, value)| value.as_str());
        found.next().filter(|_| found.next().is_none()).ok_or(ReportFault::Malformed)
    };
    if one("rows SHA-256")? != hex(&plain_hash(rows.as_bytes())) {
        return Err(ReportFault::RowsChanged);
    }
    let note: String =
        told.iter().filter(|(name, _)| *name == "checkpoint").map(|(_, value)| format!("{value}\n")).collect();
    if note.is_empty() {
        return Err(ReportFault::NoCheckpoint);
    }
    let checkpoint = Checkpoint::open(&note, trust).map_err(ReportFault::Checkpoint)?;
    let same = one("entries")? == checkpoint.size.to_string() && note.lines().nth(2) == Some(one("root")?);
    if !same {
        return Err(ReportFault::OtherCheckpoint);
    }
    Ok((checkpoint, rows.matches("\r\n").count().saturating_sub(1)))
}

fn setting(setting: Setting) -> &'static str {
    match setting {
        Setting::SupportTeamAccess => "Support Team Access",
        Setting::CustomerSuccessTeamAccess => "Customer Success Team Access",
    }
}

/// A line of cells. A cell that a spreadsheet would take for a formula begins with an apostrophe; one that holds what
/// divides cells is quoted, and holds no end of a line.
pub(crate) fn line(cells: &[String]) -> String {
    let cell = |cell: &String| {
        let mut text = cell.replace(['\r', '\n'], " ");
        if text.starts_with(['=', '+', '-', '@', '\t']) || cell.starts_with('\r') {
            text.insert(0, '\'');
        }
        if text.contains([',', '"']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
    };
    cells.iter().map(cell).collect::<Vec<_>>().join(",") + "\r\n"
}

/// A cell as it was before it was written.
fn plain(cell: &str) -> String {
    let quoted = cell.strip_prefix('"').and_then(|cell| cell.strip_suffix('"'));
    let text = quoted.map_or_else(|| cell.to_owned(), |cell| cell.replace("\"\"", "\""));
    match text.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@', '\t']) => rest.to_owned(),
        _ => text,
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// "2026-11-24T14:02:00Z": the second, in UTC.
pub(crate) fn instant(at: UnixMs) -> String {
    let (days, second) = (at.0.div_euclid(DAY), at.0.rem_euclid(DAY) / 1_000);
    let (year, month, day) = date(days);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", second / 3_600, second / 60 % 60, second % 60)
}

/// The date so many days after 1970-01-01, counted in years that begin in March, as Howard Hinnant's `civil_from_days`.
fn date(days: i64) -> (i64, i64, i64) {
    let shifted = days.saturating_add(719_468);
    let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (year.saturating_add(era.saturating_mul(400)).saturating_add(next), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feed::note::NoteSigner;

    fn key(seed: u8) -> NoteSigner {
        NoteSigner::from_seed("feed.test/log", &[seed; 32]).unwrap()
    }

    fn trust() -> FeedTrust {
        FeedTrust { origin: "feed.test".into(), log: key(1).verifier(), freshness: key(2).verifier() }
    }

    fn report() -> Report {
        let row = |account: &str, name: &str, until| ReportRow {
            account: account.into(),
            name: Some(name.into()),
            premium: true,
            setting: Setting::CustomerSuccessTeamAccess,
            grant: GrantSerial(7),
            by: Some("@cmd".into()),
            from: UnixMs(1_764_000_000_000),
            until,
            primary_csm: None,
        };
        let checkpoint =
            Checkpoint { origin: "feed.test".into(), size: 9, root: [5; 32], at: UnixMs(1_764_000_000_000) };
        let rows = vec![
            row("acme", "=1+2,\"x\"", None),
            row("bolt", "<b>Bolt & Co</b>\r\n-9", Some(UnixMs(1_764_000_000_000 + 12 * DAY + 5))),
        ];
        let note = checkpoint.sign(&key(1));
        let root = note.lines().nth(2).unwrap().to_owned();
        Report { origin: "feed.test".into(), size: 9, root, as_of: UnixMs(1_764_000_000_000), note: Some(note), rows }
    }

    #[test]
    fn an_instant_is_written_as_a_calendar_has_it() {
        for (ms, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400_000, "2000-02-29T00:00:00Z"),
            (951_868_799_999, "2000-02-29T23:59:59Z"),
            (1_709_251_199_000, "2024-02-29T23:59:59Z"),
            (1_764_000_000_000, "2025-11-24T16:00:00Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00Z"),
            (-1, "1969-12-31T23:59:59Z"),
        ] {
            assert_eq!(instant(UnixMs(ms)), text);
        }
    }

    #[test]
    fn no_cell_is_a_formula_and_no_cell_ends_a_line() {
        let rows = report().rows_text();
        let lines: Vec<&str> = rows.split_terminator("\r\n").collect();
        assert_eq!(lines.len(), 3);
        assert_eq!(
            lines[1],
            "acme,\"'=1+2,\"\"x\"\"\",Premium,Customer Success Team Access,7,'@cmd,2025-11-24T16:00:00Z,indefinitely,,"
        );
        assert!(
            lines[2].starts_with("bolt,<b>Bolt & Co</b>  -9,Premium,") && lines[2].contains(",12,"),
            "{}",
            lines[2]
        );
        for bad in ["=1", "+1", "-1", "@a", "\tx", "\rx"] {
            assert!(line(&[bad.to_owned()]).starts_with('\''), "{bad:?}");
        }
    }

    #[test]
    fn a_page_shows_names_as_text_and_loads_nothing() {
        let page = report().html();
        assert!(page.contains("&lt;b&gt;Bolt &amp; Co&lt;/b&gt;") && !page.contains("<b>Bolt"));
        assert!(page.contains("default-src 'none'") && !page.contains("<script") && !page.contains("src="));
        assert!(page.contains("as of 2025-11-24T16:00:00Z") && page.contains("2 grants"));
    }

    #[test]
    fn a_review_is_believed_as_it_was_written_and_refused_in_any_other_way() {
        let csv = report().csv();
        let (checkpoint, rows) = verify_csv(&csv, &trust()).unwrap();
        assert_eq!((checkpoint.size, rows), (9, 2));
        let refused = |text: String| verify_csv(&text, &trust()).unwrap_err();
        assert_eq!(refused(csv.replace("bolt,", "bold,")), ReportFault::RowsChanged);
        assert_eq!(refused(csv.replacen("acme,", "acme,\r\nacme,", 1)), ReportFault::RowsChanged);
        assert_eq!(refused(csv.replace("entries,9", "entries,8")), ReportFault::OtherCheckpoint);
        assert_eq!(refused(csv.replace("\r\n\r\n", "\r\n")), ReportFault::Malformed);
        assert_eq!(refused(csv.replace(ABOUT, "about")), ReportFault::Malformed);
        assert_eq!(refused(csv.replace("rows SHA-256", "x")), ReportFault::Malformed);
        assert_eq!(refused(Report { note: None, ..report() }.csv()), ReportFault::NoCheckpoint);
        let other = Checkpoint { origin: "feed.test".into(), size: 9, root: [5; 32], at: UnixMs(5) }.sign(&key(9));
        let forged = refused(Report { note: Some(other), ..report() }.csv());
        assert!(matches!(forged, ReportFault::Checkpoint(_)), "{forged:?}");
    }
}
