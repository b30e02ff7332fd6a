//! Key revocation lists: what is put in is read back, in the bytes that PROTOCOL.krl describes, and what sshd would not
//! read is neither written nor read. What OpenSSH itself says to them is asked in `tests/servers`.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::{collections::BTreeSet, ops::RangeInclusive};

use doorward_core::{
    ssh::{
        Revocations, SshCa, SshFingerprint,
        krl::{KeyBlob, Krl, KrlError, LONGEST_KRL},
    },
    time::UnixMs,
};
use proptest::prelude::*;
use roaring::RoaringTreemap;

const MADE: UnixMs = UnixMs(1_764_000_000_999);
const TOP: u64 = 1 << 63;
/// Where the sections begin in a list without a comment.
const HEADER: usize = 8 + 4 + 3 * 8 + 4 + 4;
const LIST: u8 = 0x20;
const RANGE: u8 = 0x21;
const BITMAP: u8 = 0x22;

fn empty() -> Krl {
    Krl::new(7, MADE, "").unwrap()
}

fn of(serials: impl IntoIterator<Item = u64>) -> Krl {
    let mut list = empty();
    list.revoke_serials(&serials.into_iter().collect()).unwrap();
    list
}

fn serials(list: &Krl) -> Vec<RangeInclusive<u64>> {
    list.certificates().flat_map(|(_, known)| known.serials()).collect()
}

fn string(bytes: &[u8]) -> Vec<u8> {
    [&u32::try_from(bytes.len()).unwrap().to_be_bytes(), bytes].concat()
}

fn section(kind: u8, inner: &[u8]) -> Vec<u8> {
    [vec![kind], string(inner)].concat()
}

/// A list with these sections on certificates of any authority.
fn with(inner: &[Vec<u8>]) -> Vec<u8> {
    let scope = [string(b""), string(b"")].concat();
    [header(), section(1, &[scope, inner.concat()].concat())].concat()
}

fn header() -> Vec<u8> {
    empty().encode().unwrap()
}

fn big(number: u64) -> Vec<u8> {
    number.to_be_bytes().to_vec()
}

/// The kinds and contents of the sections on certificates, taken apart without the decoder.
fn inner_sections(file: &[u8]) -> Vec<(u8, Vec<u8>)> {
    let mut found = Vec::new();
    let mut rest = &file[HEADER..];
    while let Some((kind, inner, after)) = next(rest) {
        rest = after;
        let mut certificates = if kind == 1 { &inner[8..] } else { &[] };
        while let Some((kind, inner, after)) = next(certificates) {
            certificates = after;
            found.push((kind, inner.to_vec()));
        }
    }
    found
}

fn next(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (kind, rest) = bytes.split_first()?;
    let (length, rest) = rest.split_first_chunk()?;
    let (inner, rest) = rest.split_at(u32::from_be_bytes(*length) as usize);
    Some((*kind, inner, rest))
}

fn kinds(file: &[u8]) -> Vec<u8> {
    inner_sections(file).into_iter().map(|(kind, _)| kind).collect()
}

fn ed25519(byte: u8) -> KeyBlob {
    KeyBlob::from(&SshCa::new([byte; 32]))
}

#[test]
fn the_bytes_are_those_of_the_format() {
    let mut list = Krl::new(3, MADE, "door").unwrap();
    let numbers = [[0, 0, 0, 3].as_slice(), &big(1_764_000_000)[4..], &[0; 12], b"\0\0\0\x04door"].concat();
    let header = [b"SSHKRL\n\0\0\0\0\x01\0\0\0\0".as_slice(), &numbers[..4], &[0; 4], &numbers[4..]].concat();
    assert_eq!(list.encode().unwrap(), header, "a list that revokes nothing is a header, and never no bytes");

    list.revoke_serials(&[5, 900_000].into_iter().collect()).unwrap();
    list.revoke_key_id("maya:5").unwrap();
    list.revoke_key(ed25519(1));
    list.revoke_fingerprint(SshFingerprint::new([9; 32]));
    let listed = section(LIST, &[big(5), big(900_000)].concat());
    let certificates = [string(b""), string(b""), listed, section(0x23, &string(b"maya:5"))].concat();
    let keys = section(2, &string(&[string(b"ssh-ed25519"), string(&[1; 32])].concat()));
    let hashes = section(5, &string(&[9; 32]));
    assert_eq!(list.encode().unwrap(), [header, section(1, &certificates), keys, hashes].concat());
}

#[test]
fn each_stretch_of_serials_is_written_in_its_shortest_form() {
    let one = |serials: &[RangeInclusive<u64>]| of(serials.iter().cloned().flatten()).encode().unwrap();
    assert_eq!(inner_sections(&one(&[7..=7])), [(LIST, big(7))]);
    assert_eq!(inner_sections(&one(&[7..=5_000])), [(RANGE, [big(7), big(5_000)].concat())]);
    let every_other: Vec<_> = (0..40).map(|n| 100 + 2 * n..=100 + 2 * n).collect();
    assert_eq!(inner_sections(&one(&every_other)), [(BITMAP, [big(100), string(&[0x55; 10])].concat())]);
    let mixed = [&every_other[..], &[1_000..=9_000, 20_000..=20_000, 90_000..=90_001]].concat();
    assert_eq!(kinds(&one(&mixed)), [BITMAP, RANGE, LIST]);
}

#[test]
fn a_bitmap_spans_at_most_what_sshd_reads() {
    // Every other serial over exactly one window, and over one serial more.
    for (last, expected) in [(16_384, vec![BITMAP]), (16_385, vec![BITMAP, LIST])] {
        let list = of((1..=last).filter(|serial| serial % 2 == 1 || *serial == last));
        let file = list.encode().unwrap();
        assert_eq!(kinds(&file), expected, "{last}");
        assert_eq!(Krl::decode(&file), Ok(list));
    }
    let number = |bytes: usize| [vec![0, 0x80], vec![0; bytes - 1]].concat();
    let bitmap = |number: &[u8]| with(&[section(BITMAP, &[big(1), string(number)].concat())]);
    assert_eq!(serials(&Krl::decode(&bitmap(&number(2_048))).unwrap()), [16_384..=16_384]);
    assert_eq!(Krl::decode(&bitmap(&number(2_049))), Err(KrlError::LongBitmap));
    assert_eq!(Krl::decode(&bitmap(&[vec![1], vec![0; 2_048]].concat())), Err(KrlError::LongBitmap));
}

#[test]
fn the_first_and_the_last_serials_are_revoked_as_any_other() {
    for revoked in
        [vec![1], vec![TOP], vec![TOP - 1, TOP, TOP + 1], vec![u64::MAX], vec![1, TOP, u64::MAX - 2, u64::MAX]]
    {
        let list = of(revoked.iter().copied());
        let back = Krl::decode(&list.encode().unwrap()).unwrap();
        assert_eq!(serials(&back).into_iter().flatten().collect::<Vec<_>>(), revoked);
        assert_eq!(back, list);
    }
    let every_other_to_the_end = of((0..5_000).map(|n| u64::MAX - 2 * n));
    assert_eq!(Krl::decode(&every_other_to_the_end.encode().unwrap()), Ok(every_other_to_the_end));
    let mut all = empty();
    all.revoke_range(1..=u64::MAX).unwrap();
    assert_eq!(Krl::decode(&all.encode().unwrap()), Ok(all));
}

#[test]
fn what_overlaps_or_touches_is_one_run() {
    let mut list = of([500, 501, 502, 798, 799, 10, 12]);
    for range in [503..=600, 700..=797, 599..=701, 1..=4, 11..=11, 2..=3, u64::MAX - 1..=u64::MAX, u64::MAX..=u64::MAX]
    {
        list.revoke_range(range).unwrap();
    }
    assert_eq!(serials(&list), [1..=4, 10..=12, 500..=799, u64::MAX - 1..=u64::MAX]);
    assert_eq!(Krl::decode(&list.encode().unwrap()), Ok(list));
}

#[test]
fn what_cannot_be_revoked_is_refused_and_changes_nothing() {
    let mut list = of([5]);
    assert_eq!(list.revoke_serials(&[0, 7].into_iter().collect()), Err(KrlError::SerialZero));
    assert_eq!(list.revoke_range(0..=9), Err(KrlError::SerialZero));
    #[expect(clippy::reversed_empty_ranges, reason = "that is what is refused")]
    let backward = 9..=8;
    assert_eq!(list.revoke_range(backward), Err(KrlError::BackwardRange));
    assert_eq!(list.revoke_key_id("maya\0:5"), Err(KrlError::Text));
    assert_eq!(Krl::new(1, MADE, "a\0b"), Err(KrlError::Text));
    list.revoke_serials(&RoaringTreemap::new()).unwrap();
    assert_eq!(list, of([5]));
}

#[test]
fn no_list_is_longer_than_sshd_reads() {
    assert_eq!(Krl::decode(&vec![0; LONGEST_KRL + 1]), Err(KrlError::TooLong));
    let room = LONGEST_KRL - HEADER;
    // A section of certificates with one key ID: two kinds, five lengths.
    for (length, fits) in [(room - 2 - 5 * 4, true), (room - 2 - 5 * 4 + 1, false)] {
        let mut list = empty();
        list.revoke_key_id(&"x".repeat(length)).unwrap();
        assert_eq!(list.encode().map(|file| file.len()), if fits { Ok(LONGEST_KRL) } else { Err(KrlError::TooLong) });
    }
}

#[test]
fn a_host_s_list_names_certificates_by_serial_and_keys_by_fingerprint() {
    let (replaced, authority) = (SshFingerprint::of(b"a key"), SshCa::new([4; 32]).fingerprint());
    let revoked = Revocations {
        serials: [3, 4, 9].into_iter().collect(),
        ssh_keys: [replaced].into(),
        authorities: [authority].into(),
    };
    let list = Krl::of(12, MADE, "web-1", &revoked).unwrap();
    let back = Krl::decode(&list.encode().unwrap()).unwrap();
    assert_eq!((back.version(), back.generated(), back.comment()), (12, UnixMs(1_764_000_000_000), "web-1"));
    assert_eq!(back.fingerprints().copied().collect::<BTreeSet<_>>(), [replaced, authority].into());
    assert_eq!((serials(&back), back.certificates().all(|(ca, _)| ca.is_none())), (vec![3..=4, 9..=9], true));
    let zero = Revocations { serials: [0].into_iter().collect(), ..Revocations::default() };
    assert_eq!(Krl::of(12, MADE, "", &zero), Err(KrlError::SerialZero));
    assert_eq!(Krl::of(12, MADE, "", &Revocations::default()).unwrap().encode().unwrap().len(), HEADER);
}

#[test]
fn a_list_that_names_an_authority_is_read_and_written_as_one() {
    let of = |ca: &[u8], serial: u64| section(1, &[string(ca), string(b""), section(LIST, &big(serial))].concat());
    let ca = ed25519(1);
    let list = Krl::decode(&[header(), of(ca.bytes(), 5), of(b"", 6), of(ca.bytes(), 8)].concat()).unwrap();
    let read: Vec<_> = list.certificates().map(|(ca, known)| (ca, known.serials().collect::<Vec<_>>())).collect();
    assert_eq!(read, [(None, vec![6..=6]), (Some(&ca), vec![5..=5, 8..=8])]);
    assert_eq!(Krl::decode(&list.encode().unwrap()), Ok(list));
}

#[test]
fn a_list_is_read_whole_or_not_at_all() {
    let known = with(&[section(LIST, &big(5))]);
    assert_eq!(serials(&Krl::decode(&known).unwrap()), [5..=5]);
    let altered = |at: usize, byte: u8| {
        let mut file = known.clone();
        file[at] = byte;
        file
    };
    let words =
        |kind: u8, words: &[&[u8]]| section(kind, &words.iter().flat_map(|word| string(word)).collect::<Vec<_>>());
    let bitmap = |start: u64, number: &[u8]| with(&[section(BITMAP, &[big(start), string(number)].concat())]);
    let scoped =
        |ca: &[u8]| [header(), section(1, &[string(ca), string(b""), section(LIST, &big(5))].concat())].concat();
    for (file, fault) in [
        (Vec::new(), KrlError::Magic),
        (b"SSHKRL\n".to_vec(), KrlError::Magic),
        (altered(0, b's'), KrlError::Magic),
        (altered(11, 2), KrlError::Format(2)),
        (altered(35, 1), KrlError::Flags(1)),
        (altered(20, 0x80), KrlError::Time),
        (altered(20, 0x40), KrlError::Time),
        ([&header()[..HEADER - 8], &string(b"x"), &string(b"")].concat(), KrlError::Reserved),
        ([&header()[..HEADER - 4], &string(b"a\0")].concat(), KrlError::Text),
        ([&header()[..HEADER - 4], &string(&[0xff])].concat(), KrlError::Text),
        ([header(), section(3, &string(&[1; 20]))].concat(), KrlError::Section(3)),
        ([header(), section(4, b"sign")].concat(), KrlError::Section(4)),
        ([header(), section(255, b"more")].concat(), KrlError::Section(255)),
        ([header(), section(2, b"")].concat(), KrlError::Empty),
        ([header(), section(1, &[string(b""), string(b"")].concat())].concat(), KrlError::Empty),
        (
            [header(), section(1, &[string(b""), string(b"x"), section(LIST, &big(5))].concat())].concat(),
            KrlError::Reserved,
        ),
        (scoped(b"no key"), KrlError::Key),
        (with(&[section(0x39, b"more")]), KrlError::CertificateSection(0x39)),
        (with(&[section(LIST, &big(0))]), KrlError::SerialZero),
        (with(&[section(LIST, &big(5)[1..])]), KrlError::Short),
        (with(&[section(RANGE, &[big(0), big(5)].concat())]), KrlError::SerialZero),
        (with(&[section(RANGE, &[big(6), big(5)].concat())]), KrlError::BackwardRange),
        (with(&[section(RANGE, &[big(5), big(6), big(7)].concat())]), KrlError::Trailing),
        (with(&[section(BITMAP, &[big(5), string(&[1]), vec![1]].concat())]), KrlError::Trailing),
        (with(&[section(0x23, &string(b"maya\0"))]), KrlError::Text),
        (bitmap(5, &[]), KrlError::Bitmap),
        (bitmap(5, &[0]), KrlError::Bitmap),
        (bitmap(5, &[0x80]), KrlError::Bitmap),
        (bitmap(5, &[0, 0x7f]), KrlError::Bitmap),
        (bitmap(0, &[1]), KrlError::SerialZero),
        (bitmap(u64::MAX, &[3]), KrlError::BitmapWraps),
        ([header(), words(2, &[b"no key"])].concat(), KrlError::Key),
        ([header(), words(2, &[ed25519(2).bytes(), ed25519(1).bytes()])].concat(), KrlError::Unordered),
        ([header(), words(5, &[&[2; 32], &[1; 32]])].concat(), KrlError::Unordered),
        ([header(), words(5, &[&[2; 32], &[2; 32]])].concat(), KrlError::Unordered),
        ([header(), words(5, &[&[2; 31]])].concat(), KrlError::Fingerprint(31)),
        ([header(), vec![5]].concat(), KrlError::Short),
    ] {
        assert_eq!(Krl::decode(&file), Err(fault), "{fault}");
    }
    for end in 0..known.len() {
        let cut = Krl::decode(&known[..end]);
        assert!(end == HEADER || cut.is_err(), "cut after {end} bytes: {cut:?}");
    }
    assert_eq!(serials(&Krl::decode(&bitmap(0, &[2])).unwrap()), [1..=1]);
    assert_eq!(serials(&Krl::decode(&bitmap(u64::MAX, &[1])).unwrap()), [u64::MAX..=u64::MAX]);
}

#[test]
fn a_certificate_is_no_key_and_half_a_key_neither() {
    let kind =
        |name: &[u8], parts: &[&[u8]]| [string(name), parts.iter().flat_map(|part| string(part)).collect()].concat();
    let point = |size: usize| [vec![4], vec![7; 2 * size]].concat();
    let good = [
        kind(b"ssh-ed25519", &[&[1; 32]]),
        kind(b"sk-ssh-ed25519@openssh.com", &[&[1; 32], b"ssh:"]),
        kind(b"ecdsa-sha2-nistp256", &[b"nistp256", &point(32)]),
        kind(b"ecdsa-sha2-nistp384", &[b"nistp384", &point(48)]),
        kind(b"ecdsa-sha2-nistp521", &[b"nistp521", &point(66)]),
        kind(b"sk-ecdsa-sha2-nistp256@openssh.com", &[b"nistp256", &point(32), b"ssh:"]),
        kind(b"ssh-rsa", &[&[1, 0, 1], &[0, 0x80, 1]]),
    ];
    for blob in &good {
        assert_eq!(KeyBlob::new(blob).unwrap().bytes(), blob);
        assert_eq!(KeyBlob::new(&blob[..blob.len() - 1]), Err(KrlError::Key), "cut");
        assert_eq!(KeyBlob::new(&[blob, [0].as_slice()].concat()), Err(KrlError::Key), "longer");
    }
    for bad in [
        kind(b"ssh-ed25519-cert-v01@openssh.com", &[&[1; 32]]),
        kind(b"ssh-ed25519", &[&[1; 31]]),
        kind(b"ssh-ed25519", &[&[1; 32], b"ssh:"]),
        kind(b"sk-ssh-ed25519@openssh.com", &[&[1; 32]]),
        kind(b"sk-ssh-ed25519@openssh.com", &[&[1; 32], b"s\0"]),
        kind(b"ecdsa-sha2-nistp256", &[b"nistp384", &point(32)]),
        kind(b"ecdsa-sha2-nistp256", &[b"nistp256", &point(48)]),
        kind(b"ecdsa-sha2-nistp256", &[b"nistp256", &[vec![2], vec![7; 64]].concat()]),
        kind(b"ssh-rsa", &[&[1, 0, 1], &[0x80, 1]]),
        kind(b"ssh-rsa", &[&[1, 0, 1], &[0, 1]]),
        kind(b"ssh-dss", &[&[1], &[1], &[1], &[1]]),
        Vec::new(),
    ] {
        assert_eq!(KeyBlob::new(&bad), Err(KrlError::Key));
    }
}

/// What a list is told, one thing after the other.
#[derive(Debug, Clone)]
enum Told {
    Serials(Vec<u64>),
    Range(u64, u64),
    KeyId(String),
    Key(u8),
    Fingerprint([u8; 32]),
}

/// Serials near the places where something could go wrong, so that runs, gaps and windows come out of chance.
fn serial() -> impl Strategy<Value = u64> {
    let near = |place: u64, within: u64| (0..within).prop_map(move |n| place.saturating_add(n));
    prop_oneof![
        4 => near(1, 40),
        4 => near(1, 40_000),
        1 => near(TOP - 20, 40),
        1 => near(u64::MAX - 40, 41),
        1 => near(u64::MAX - 40_000, 40_001),
        2 => 1..=u64::MAX,
    ]
}

fn told() -> impl Strategy<Value = Told> {
    let scattered = prop::collection::vec(serial(), 0..200);
    let steps = (serial(), 1..70_u64, 1..2_000_u64)
        .prop_map(|(from, step, count)| (0..count).map(|n| from.saturating_add(n * step)).collect());
    let coins = (serial(), prop::collection::vec(any::<bool>(), 0..3_000)).prop_map(|(from, coins)| {
        (0_u64..).zip(coins).filter(|(_, up)| *up).map(|(n, _)| from.saturating_add(n)).collect()
    });
    prop_oneof![
        prop_oneof![scattered, steps, coins].prop_map(Told::Serials),
        (serial(), 0..60_000_u64).prop_map(|(from, more)| Told::Range(from, from.saturating_add(more))),
        (serial(), serial()).prop_map(|(one, other)| Told::Range(one.min(other), one.max(other))),
        "[a-z:ü0-9 ]{0,12}".prop_map(Told::KeyId),
        any::<u8>().prop_map(Told::Key),
        any::<[u8; 32]>().prop_map(Told::Fingerprint),
    ]
}

fn tell(list: &mut Krl, told: &Told) {
    match told {
        Told::Serials(serials) => list.revoke_serials(&serials.iter().copied().collect()).unwrap(),
        Told::Range(from, to) => list.revoke_range(*from..=*to).unwrap(),
        Told::KeyId(key_id) => list.revoke_key_id(key_id).unwrap(),
        Told::Key(byte) => list.revoke_key(ed25519(*byte)),
        Told::Fingerprint(hash) => list.revoke_fingerprint(SshFingerprint::new(*hash)),
    }
}

fn names(all: &[Told], serial: u64) -> bool {
    all.iter().any(|told| match told {
        Told::Serials(serials) => serials.contains(&serial),
        Told::Range(from, to) => (from..=to).contains(&&serial),
        _ => false,
    })
}

proptest! {
    #[test]
    fn what_is_put_in_is_read_back(all in prop::collection::vec(told(), 0..8), version: u64, at in 0..i64::MAX) {
        let mut list = Krl::new(version, UnixMs(at), "a comment").unwrap();
        all.iter().for_each(|told| tell(&mut list, told));
        let file = list.encode().unwrap();
        prop_assert!(!file.is_empty());
        prop_assert_eq!(&Krl::decode(&file).unwrap(), &list);

        let mut again = Krl::new(version, UnixMs(at), "a comment").unwrap();
        all.iter().rev().for_each(|told| tell(&mut again, told));
        prop_assert_eq!(again.encode().unwrap(), file, "in whichever order it was told, it is the same file");
    }

    #[test]
    fn the_serials_named_are_those_put_in_and_no_others(all in prop::collection::vec(told(), 1..5)) {
        let mut list = empty();
        all.iter().for_each(|told| tell(&mut list, told));
        let file = list.encode().unwrap();
        let runs = serials(&Krl::decode(&file).unwrap());
        for pair in runs.windows(2) {
            prop_assert!(*pair[0].end() < pair[1].start() - 1, "neither overlap nor touch: {:?}", pair);
        }
        for edge in runs.iter().flat_map(|run| [*run.start(), *run.end()]) {
            for near in [edge.saturating_sub(1), edge, edge.saturating_add(1)].into_iter().filter(|near| *near > 0) {
                prop_assert_eq!(runs.iter().any(|run| run.contains(&near)), names(&all, near), "{}", near);
            }
        }
        let listed: BTreeSet<u64> =
            all.iter().flat_map(|told| if let Told::Serials(serials) = told { serials.clone() } else { vec![] }).collect();
        prop_assert!(listed.iter().all(|serial| runs.iter().any(|run| run.contains(serial))));
    }

    #[test]
    fn every_section_is_one_that_sshd_reads(all in prop::collection::vec(told(), 0..8)) {
        let mut list = empty();
        all.iter().for_each(|told| tell(&mut list, told));
        for (kind, inner) in inner_sections(&list.encode().unwrap()) {
            match kind {
                LIST => prop_assert!(!inner.is_empty() && inner.len() % 8 == 0),
                RANGE => prop_assert_eq!(inner.len(), 16),
                BITMAP => {
                    let number = &inner[12..];
                    prop_assert!(number[0] < 0x80, "below zero");
                    prop_assert!(number.len() <= 2_048 || number.len() == 2_049 && number[0] == 0, "longer than a window");
                    prop_assert!(number[0] != 0 || number[1] >= 0x80, "a superfluous byte");
                }
                other => prop_assert_eq!(other, 0x23),
            }
        }
    }

    #[test]
    fn altered_and_cut_lists_are_refused_or_are_lists(
        all in prop::collection::vec(told(), 0..3), at: prop::sample::Index, byte: u8, end: prop::sample::Index,
    ) {
        let mut list = empty();
        all.iter().for_each(|told| tell(&mut list, told));
        let mut file = list.encode().unwrap();
        let at = at.index(file.len());
        file[at] = byte;
        file.truncate(end.index(file.len()) + 1);
        if let Ok(read) = Krl::decode(&file) {
            prop_assert_eq!(Krl::decode(&read.encode().unwrap()).unwrap(), read);
        }
    }

    #[test]
    fn no_bytes_break_the_reader(noise in prop::collection::vec(any::<u8>(), 0..200), behind: bool) {
        let file = if behind { [header(), noise].concat() } else { noise };
        let _ = Krl::decode(&file);
    }
}
