//! What is worth telling somebody who is not looking: each thing once, decided by the list, the sessions and the signed
//! time. Whether it is shown, and in which words, is the page's.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use doorward_core::{
    id::{AccountId, StaffId},
    time::{Millis, UnixMs},
};

use super::{Controller, desktop::SOON, ms, short};
use crate::view::{AccountRef, AccountRow, ConsoleEvent, EndedBy, GrantView, Ms, Notice, NoticeKind};

const DAY: Millis = Millis::days(1);
const HOUR: Millis = Millis::hours(1);
/// More of a kind at once are told as one.
const MOST_ALONE: usize = 3;
/// So many accounts may be pinned.
const MOST_PINS: usize = 60;

/// What was told already, and about what to tell.
#[derive(Default)]
pub(super) struct Notifier {
    pins: BTreeSet<AccountId>,
    told: HashSet<(u32, NoticeKind)>,
    told_sessions: HashSet<u32>,
    whose: Option<StaffId>,
    /// When time alone brings something to tell; none while the list has not been looked at.
    next: Option<UnixMs>,
    /// Which turn of the list was looked at.
    looked_at: Option<u32>,
}

impl Notifier {
    /// Everything about grants of `rows` that is new by `now`; what was given before `since` is no news.
    fn look<'a>(&mut self, rows: impl Iterator<Item = &'a AccountRow>, since: UnixMs, now: UnixMs) -> Vec<Notice> {
        let mut news: BTreeMap<NoticeKind, Vec<Notice>> = BTreeMap::new();
        let mut next = UnixMs(i64::MAX);
        for row in rows.filter(|row| row.may.read_only || row.may.read_write) {
            for grant in self.grants_for_me(row) {
                let (due, to_come): (Vec<_>, Vec<_>) = turns(grant, since).partition(|(_, at)| *at <= now);
                next = to_come.into_iter().map(|(_, at)| at).chain([next]).min().unwrap_or(next);
                // Of two warnings that are due, the later one says it all.
                let warned = due.iter().map(|(kind, _)| *kind).rfind(|kind| *kind != NoticeKind::Invited);
                for (kind, _) in due {
                    let says = kind == NoticeKind::Invited || Some(kind) == warned;
                    if self.told.insert((grant.serial, kind)) && says {
                        news.entry(kind).or_default().push(notice(kind, row, grant));
                    }
                }
            }
        }
        self.next = Some(next);
        news.into_iter().flat_map(|(kind, notices)| together(kind, notices)).collect()
    }

    /// A Primary CSM's own accounts by the setting that is theirs, pinned ones by either.
    fn grants_for_me<'a>(&self, row: &'a AccountRow) -> impl Iterator<Item = &'a GrantView> + use<'a> {
        let pinned = AccountId::parse(&row.id).is_ok_and(|id| self.pins.contains(&id));
        let support = row.support.as_ref().filter(|_| pinned);
        support.into_iter().chain(row.success.as_ref().filter(|_| pinned || row.mine))
    }
}

/// What there is to tell of a grant, and when. Nobody is warned a day ahead of what was given for half a day.
fn turns(grant: &GrantView, since: UnixMs) -> impl Iterator<Item = (NoticeKind, UnixMs)> + use<> {
    let from = UnixMs(grant.from.0);
    let invited = (from > since).then_some((NoticeKind::Invited, from));
    let until = grant.until.map(|until| UnixMs(until.0));
    let warning = move |kind, ahead: Millis| {
        let at = UnixMs(until?.0.saturating_sub_unsigned(ahead.0));
        (at > from).then_some((kind, at))
    };
    [invited, warning(NoticeKind::EndsInDay, DAY), warning(NoticeKind::EndsInHour, HOUR)].into_iter().flatten()
}

fn notice(kind: NoticeKind, row: &AccountRow, grant: &GrantView) -> Notice {
    let account = AccountRef { id: row.id.clone(), name: row.name.clone() };
    Notice { kind, account: Some(account), count: 1, ends: grant.until, by: None }
}

/// A few are told one by one, many as one.
fn together(kind: NoticeKind, notices: Vec<Notice>) -> Vec<Notice> {
    if notices.len() <= MOST_ALONE {
        return notices;
    }
    let count = u32::try_from(notices.len()).unwrap_or(u32::MAX);
    let ends = notices.iter().filter_map(|notice| notice.ends).min();
    vec![Notice { kind, account: None, count, ends, by: None }]
}

impl Controller {
    /// The accounts that are pinned on the page. What they granted by now is no news.
    pub(super) fn pin_accounts(&mut self, pins: &[String]) {
        let pins: BTreeSet<_> = pins.iter().take(MOST_PINS).filter_map(|id| AccountId::parse(id).ok()).collect();
        let rows = self.list.rows();
        for row in pins.difference(&self.notifier.pins).filter_map(|id| rows.get(id)) {
            for grant in row.support.iter().chain(&row.success) {
                self.notifier.told.insert((grant.serial, NoticeKind::Invited));
            }
        }
        self.notifier.pins = pins;
        self.notifier.next = None;
    }

    /// Tells what the list and the time bring.
    pub(super) fn watch_notices(&mut self) {
        let (Some(presence), Some(now)) = (&self.presence, self.now()) else { return };
        if self.notifier.whose.as_ref() != Some(&presence.staff) {
            let pins = std::mem::take(&mut self.notifier.pins);
            self.notifier = Notifier { pins, whose: Some(presence.staff.clone()), ..Notifier::default() };
        }
        let since = presence.began;
        self.tell_sessions_soon(now);
        let turn = self.list.turn();
        let known = self.notifier.looked_at == turn && self.notifier.next.is_some_and(|next| now < next);
        // A name that is on its way belongs into what is told.
        if turn.is_none() || known || self.names_to_come() {
            return;
        }
        let rows = self.list.rows();
        let watched: BTreeSet<_> = self.list.mine.iter().chain(&self.notifier.pins).collect();
        let watched: Vec<_> = watched.into_iter().filter_map(|id| rows.get(id)).collect();
        let news = self.notifier.look(watched.into_iter(), since, now);
        self.notifier.looked_at = turn;
        for notice in news {
            self.parts.page.tell(ConsoleEvent::Notice { notice });
        }
    }

    fn tell_sessions_soon(&mut self, now: UnixMs) {
        let soon = self.sessions.values().map(|open| &open.session).filter(|session| {
            // One that was short from the beginning surprises nobody.
            session.ends.since(now) <= SOON && session.ends.since(session.opened) > SOON
        });
        let soon: Vec<_> =
            soon.map(|session| (short(session.serial.0), session.account.clone(), session.ends)).collect();
        for (serial, account, ends) in soon {
            if self.notifier.told_sessions.insert(serial) {
                self.tell_of(NoticeKind::SessionSoon, &account, Some(ms(ends)), None);
            }
        }
    }

    /// A session is over that its person did not end.
    pub(super) fn tell_cut(&self, account: &AccountId, by: EndedBy) {
        if matches!(by, EndedBy::You | EndedBy::SignedOut | EndedBy::Replaced) {
            return;
        }
        self.tell_of(NoticeKind::SessionOver, account, None, Some(by));
    }

    fn tell_of(&self, kind: NoticeKind, account: &AccountId, ends: Option<Ms>, by: Option<EndedBy>) {
        let about = AccountRef { id: account.to_string(), name: self.directory.account_name(account) };
        let notice = Notice { kind, account: Some(about), count: 1, ends, by };
        self.parts.page.tell(ConsoleEvent::Notice { notice });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::{May, PlanName};

    const SINCE: UnixMs = UnixMs(1_750_000_000_000);

    fn row(id: &str, serial: u32, from: i64, hours: Option<i64>) -> AccountRow {
        let from = Ms(SINCE.0 + from);
        let until = hours.map(|hours| Ms(from.0 + hours * 3_600_000));
        AccountRow {
            id: id.to_owned(),
            name: None,
            plan: PlanName::Premium,
            support: None,
            success: Some(GrantView { serial, by: None, from, until }),
            primary_csm: None,
            mine: true,
            may: May { read_only: true, read_write: true, needs_ticket: false, why_not_more: None },
        }
    }

    /// What is told of these rows, so many minutes after the beginning.
    fn told(notifier: &mut Notifier, rows: &[AccountRow], minutes: u64) -> Vec<(NoticeKind, u32)> {
        let news = notifier.look(rows.iter(), SINCE, SINCE.plus(Millis::minutes(minutes)));
        news.into_iter().map(|notice| (notice.kind, notice.count)).collect()
    }

    #[test]
    fn a_grant_is_told_when_it_comes_a_day_and_an_hour_ahead_each_once() {
        let mut notifier = Notifier::default();
        let old = row("acme", 1, -1, Some(48));
        let rows = [old.clone(), row("pond", 2, 1, None)];
        assert_eq!(told(&mut notifier, &[old], 0), []);
        assert_eq!(told(&mut notifier, &rows, 1), [(NoticeKind::Invited, 1)]);
        for minutes in [2, 24 * 60 - 1] {
            assert_eq!(told(&mut notifier, &rows, minutes), [], "{minutes}");
        }
        let next = notifier.next.unwrap();
        assert!(next < SINCE.plus(Millis::hours(24)) && next > SINCE.plus(Millis::hours(23)));
        assert_eq!(told(&mut notifier, &rows, 24 * 60), [(NoticeKind::EndsInDay, 1)]);
        assert_eq!(told(&mut notifier, &rows, 24 * 60), []);
        assert_eq!(told(&mut notifier, &rows, 47 * 60), [(NoticeKind::EndsInHour, 1)]);
        assert_eq!(told(&mut notifier, &rows, 48 * 60 - 1), []);
        assert_eq!(notifier.next, Some(UnixMs(i64::MAX)), "nothing more is to come");
    }

    #[test]
    fn what_is_short_anyway_is_not_warned_of_and_the_later_warning_says_it_all() {
        let mut notifier = Notifier::default();
        let rows = [row("half-a-day", 1, 1, Some(12)), row("half-an-hour", 2, 1, None)];
        assert_eq!(told(&mut notifier, &rows, 1), [(NoticeKind::Invited, 2)].map(|(kind, _)| (kind, 1)).repeat(2));
        assert_eq!(told(&mut notifier, &rows, 60), []);
        assert_eq!(told(&mut notifier, &rows, 12 * 60), [(NoticeKind::EndsInHour, 1)]);
        let mut late = Notifier::default();
        let rows = [row("acme", 1, -1, Some(48))];
        assert_eq!(told(&mut late, &rows, 48 * 60 - 10), [(NoticeKind::EndsInHour, 1)]);
        assert_eq!(told(&mut late, &rows, 48 * 60 - 9), []);
    }

    #[test]
    fn many_at_once_are_told_as_one() {
        let mut notifier = Notifier::default();
        let rows: Vec<_> = (0..5).map(|n| row(&format!("a-{n}"), n, -1, Some(25))).collect();
        let news = notifier.look(rows.iter(), SINCE, SINCE.plus(Millis::hours(2)));
        assert_eq!(news.len(), 1);
        assert_eq!((news[0].count, news[0].account.is_none()), (5, true));
        assert_eq!(news[0].ends, rows[0].success.as_ref().unwrap().until);
    }

    #[test]
    fn nobody_is_told_of_what_is_not_theirs_or_cannot_be_entered() {
        let mut notifier = Notifier::default();
        let others = AccountRow { mine: false, ..row("acme", 1, 1, None) };
        assert_eq!(told(&mut notifier, std::slice::from_ref(&others), 1), []);
        let mut closed = row("pond", 2, 1, None);
        closed.may = May { read_only: false, read_write: false, needs_ticket: false, why_not_more: None };
        assert_eq!(told(&mut notifier, &[closed], 1), []);
        notifier.pins.insert(AccountId::parse("acme").unwrap());
        assert_eq!(told(&mut notifier, &[others], 1), [(NoticeKind::Invited, 1)]);
    }
}
