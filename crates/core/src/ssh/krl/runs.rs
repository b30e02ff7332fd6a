//! Revoked serials: runs of them, and the shortest way to write those down as lists, ranges and bitmaps.

use std::ops::RangeInclusive;

use super::{
    KrlError,
    bytes::{Reader, Writer},
};

const LIST: u8 = 0x20;
const RANGE: u8 = 0x21;
const BITMAP: u8 = 0x22;

/// The most serials that one bitmap may span. sshd reads no larger number, and lets nobody in by a list that has one.
const WINDOW: u64 = 16_384;

/// What sections and their parts cost, in bits: the kind and length of a section, a serial, and what a bitmap has beside
/// its bits (where it begins, its length, and the byte that keeps it above zero).
const SECTION: u64 = 40;
const SERIAL: u64 = 64;
const BITMAP_HEAD: u64 = SECTION + SERIAL + 32 + 8;

/// From the first serial to the last.
type Run = (u64, u64);

/// Serials, as ascending runs that neither overlap nor touch; never 0.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Runs(Vec<Run>);

/// One way to write down a stretch of runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    List,
    Range,
    Bitmap,
}

/// The cheapest way to write everything up to a run, if that run is written in one form.
#[derive(Debug, Clone, Copy)]
struct Way {
    cost: u64,
    /// The form of the run before, where this run begins a section; none where it goes on in the same.
    begins: Option<Form>,
}

/// One way for each form.
#[derive(Debug, Clone, Copy)]
struct Ways {
    list: Way,
    range: Way,
    bitmap: Way,
}

impl Runs {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = RangeInclusive<u64>> {
        self.pairs().map(|(first, last)| first..=last)
    }

    pub(super) fn pairs(&self) -> impl Iterator<Item = Run> {
        self.0.iter().copied()
    }

    /// Takes more serials; none of them if one of them cannot be revoked.
    pub(super) fn add(&mut self, more: impl IntoIterator<Item = Run>) -> Result<(), KrlError> {
        let mut added = Self::default();
        for run in more {
            added.push(run)?;
        }
        self.0.append(&mut added.0);
        self.join();
        Ok(())
    }

    /// Reads the serials of one section behind those of the ones before; [`Runs::join`] puts them into order.
    pub(super) fn decode(&mut self, kind: u8, section: &mut Reader<'_>) -> Result<(), KrlError> {
        match kind {
            LIST => {
                while !section.is_empty() {
                    let serial = section.u64()?;
                    self.push((serial, serial))?;
                }
            }
            RANGE => self.push((section.u64()?, section.u64()?))?,
            BITMAP => {
                let start = section.u64()?;
                self.bitmap(start, section.string()?)?;
            }
            other => return Err(KrlError::CertificateSection(other)),
        }
        section.end()
    }

    /// Brings the runs into order and joins those that overlap or touch.
    pub(super) fn join(&mut self) {
        self.0.sort_unstable();
        self.0.dedup_by(|next, kept| {
            let joined = next.0 <= kept.1.saturating_add(1);
            if joined {
                kept.1 = kept.1.max(next.1);
            }
            joined
        });
    }

    pub(super) fn encode(&self, list: &mut Writer) -> Result<(), KrlError> {
        let mut runs = self.0.as_slice();
        for (form, count) in self.sections() {
            let (these, rest) = runs.split_at_checked(count).unwrap_or((runs, &[]));
            runs = rest;
            match form {
                Form::List => list.section(LIST, |section| {
                    these.iter().flat_map(|(first, last)| *first..=*last).for_each(|serial| section.u64(serial));
                    Ok(())
                })?,
                Form::Range => list.section(RANGE, |section| {
                    these.iter().for_each(|(first, last)| {
                        section.u64(*first);
                        section.u64(*last);
                    });
                    Ok(())
                })?,
                Form::Bitmap => list.section(BITMAP, |section| {
                    let start = these.first().map_or(0, |(first, _)| *first);
                    section.u64(start);
                    section.string(&bits(start, these))
                })?,
            }
        }
        Ok(())
    }

    /// One more run behind the others, wherever it belongs. One that goes on where the last one ends makes that longer.
    fn push(&mut self, (first, last): Run) -> Result<(), KrlError> {
        if first == 0 {
            return Err(KrlError::SerialZero);
        }
        if last < first {
            return Err(KrlError::BackwardRange);
        }
        match self.0.last_mut() {
            Some(before) if before.1.checked_add(1) == Some(first) => before.1 = last,
            _ => self.0.push((first, last)),
        }
        Ok(())
    }

    fn bitmap(&mut self, start: u64, number: &[u8]) -> Result<(), KrlError> {
        let bytes = match number {
            [] | [0] => return Err(KrlError::Bitmap),
            [0, rest @ ..] if rest.first().is_some_and(|first| first & 0x80 != 0) => rest,
            [first, ..] if (1..0x80).contains(first) => number,
            _ => return Err(KrlError::Bitmap),
        };
        if bytes.len() as u64 > WINDOW / 8 {
            return Err(KrlError::LongBitmap);
        }
        let set = bytes.iter().rev().flat_map(|byte| (0..8).map(move |bit| byte >> bit & 1 == 1));
        for (at, _) in (0_u64..).zip(set).filter(|(_, set)| *set) {
            let serial = start.checked_add(at).ok_or(KrlError::BitmapWraps)?;
            self.push((serial, serial))?;
        }
        Ok(())
    }

    /// The forms in which the runs are written, and how many of them each. A bitmap begins with a run and ends with one:
    /// one that is longer than a bitmap's head and a range together is never better off in a bitmap.
    fn sections(&self) -> Vec<(Form, usize)> {
        let mut steps = Vec::with_capacity(self.0.len());
        let (mut before, mut window) = (None::<(Ways, u64)>, 0);
        for (first, last) in self.pairs() {
            let cheapest = before.as_ref().map(|(ways, _)| ways.cheapest());
            let (paid, from) = cheapest.map_or((0, Form::Range), |(form, cost)| (cost, form));
            let begun = |cost: u64| Way { cost: paid.saturating_add(cost), begins: Some(from) };
            let gone_on = |cost: u64, more: u64| Way { cost: cost.saturating_add(more), begins: None };
            let serials = last.saturating_sub(first).saturating_add(1);
            let written = serials.saturating_mul(SERIAL);
            let mut ways = Ways {
                list: begun(written.saturating_add(SECTION)),
                range: begun(SECTION + 2 * SERIAL),
                bitmap: begun(serials.saturating_add(BITMAP_HEAD)),
            };
            let mut start = first;
            if let Some((known, end)) = before {
                ways.list = ways.list.or(gone_on(known.list.cost, written));
                let on = gone_on(known.bitmap.cost, last.saturating_sub(end));
                if last.saturating_sub(window) < WINDOW && on.cost <= ways.bitmap.cost {
                    (ways.bitmap, start) = (on, window);
                }
            }
            steps.push(ways);
            (before, window) = (Some((ways, last)), start);
        }
        sections_of(&steps)
    }
}

impl Way {
    /// The cheaper of the two; a section is not ended where that saves nothing.
    fn or(self, on: Way) -> Way {
        if on.cost <= self.cost { on } else { self }
    }
}

impl Ways {
    fn cheapest(&self) -> (Form, u64) {
        let all = [(Form::Bitmap, self.bitmap.cost), (Form::Range, self.range.cost), (Form::List, self.list.cost)];
        all.into_iter().min_by_key(|(_, cost)| *cost).unwrap_or((Form::Range, self.range.cost))
    }

    fn of(&self, form: Form) -> Way {
        match form {
            Form::List => self.list,
            Form::Range => self.range,
            Form::Bitmap => self.bitmap,
        }
    }
}

/// Goes back along the cheapest way, and tells its sections from the front.
fn sections_of(steps: &[Ways]) -> Vec<(Form, usize)> {
    let Some(mut form) = steps.last().map(|ways| ways.cheapest().0) else { return Vec::new() };
    let (mut sections, mut count) = (Vec::new(), 0_usize);
    for ways in steps.iter().rev() {
        count = count.saturating_add(1);
        if let Some(from) = ways.of(form).begins {
            sections.push((form, count));
            (form, count) = (from, 0);
        }
    }
    sections.reverse();
    sections
}

/// The runs as a number above zero: bit N is the serial `start` + N. The byte in front is there where the number would
/// else be read as one below zero.
fn bits(start: u64, runs: &[Run]) -> Vec<u8> {
    let spanned = runs.last().map_or(0, |(_, last)| last.saturating_sub(start).saturating_add(1));
    let mut number = vec![0_u8; usize::try_from(spanned / 8).unwrap_or(0).saturating_add(1)];
    for serial in runs.iter().flat_map(|(first, last)| *first..=*last) {
        let at = serial.saturating_sub(start);
        let byte = usize::try_from(at / 8).ok().and_then(|byte| number.iter_mut().nth_back(byte));
        if let Some(byte) = byte {
            *byte |= 1 << (at % 8);
        }
    }
    number
}
