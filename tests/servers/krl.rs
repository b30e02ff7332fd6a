//! Our key revocation lists, read by OpenSSH, and OpenSSH's, read by us. The cases are those of its own `regress/krl.sh`
//! and the ones that it leaves open ("test ranges near (u64)-1").

use std::{collections::BTreeSet, fs, iter, ops::RangeInclusive, path::PathBuf};

use doorward_core::{
    ssh::{
        Revocations,
        krl::{KeyBlob, Krl, KrlError},
    },
    time::UnixMs,
};

use crate::keygen::{Keygen, blob, fingerprint_line, key_line, lines, serial_line};

const MADE: UnixMs = UnixMs(1_764_000_000_999);
const TOP: u64 = 1 << 63;
const KINDS: [&str; 5] = ["ed25519", "ecdsa", "rsa", "ed25519-sk", "ecdsa-sk"];
/// The serials of `regress/krl.sh`: chosen so that lists, ranges and bitmaps are all there.
const REGRESS: &[RangeInclusive<u64>] = &[
    1..=4,
    10..=10,
    15..=15,
    30..=30,
    50..=50,
    90..=90,
    999..=999,
    500..=500,
    501..=501,
    502..=502,
    503..=600,
    700..=797,
    798..=798,
    799..=799,
    599..=701,
    10_000..=20_000,
    30_000..=40_000,
];

/// What is revoked, and the runs that it comes to.
struct Case {
    name: &'static str,
    told: Vec<RangeInclusive<u64>>,
    runs: Vec<(u64, u64)>,
}

fn case(name: &'static str, told: &[RangeInclusive<u64>], runs: &[(u64, u64)]) -> Case {
    Case { name, told: told.to_vec(), runs: runs.to_vec() }
}

/// A case of single serials, ascending.
fn singles(name: &'static str, serials: impl IntoIterator<Item = u64>) -> Case {
    let told: Vec<_> = serials.into_iter().map(|serial| serial..=serial).collect();
    let mut runs: Vec<(u64, u64)> = Vec::new();
    for serial in told.iter().map(|one| *one.start()) {
        match runs.last_mut() {
            Some(run) if run.1 + 1 == serial => run.1 = serial,
            _ => runs.push((serial, serial)),
        }
    }
    Case { name, told, runs }
}

fn cases() -> Vec<Case> {
    vec![
        case("nothing", &[], &[]),
        case(
            "OpenSSH's own",
            REGRESS,
            &[
                (1, 4),
                (10, 10),
                (15, 15),
                (30, 30),
                (50, 50),
                (90, 90),
                (500, 799),
                (999, 999),
                (10_000, 20_000),
                (30_000, 40_000),
            ],
        ),
        singles("a list", [3, 3_000, 3_000_000, 3_000_000_000]),
        case("a range", &[7..=70_000], &[(7, 70_000)]),
        singles("a bitmap", (100..200).filter(|serial| serial % 3 != 0)),
        case("ranges that overlap and touch", &[10..=20, 15..=30, 31..=40, 5..=9, 12..=14], &[(5, 40)]),
        singles("the first", [1]),
        singles("around 2^63", [TOP - 2, TOP, TOP + 1]),
        case("a range across 2^63", &[TOP - 1_000..=TOP + 1_000], &[(TOP - 1_000, TOP + 1_000)]),
        singles("the last", [u64::MAX]),
        case("a range to the last", &[u64::MAX - 5..=u64::MAX], &[(u64::MAX - 5, u64::MAX)]),
        case("all there are", &[1..=u64::MAX], &[(1, u64::MAX)]),
        singles("bitmaps to the last", (0..20_000).rev().map(|n| u64::MAX - 2 * n)),
        singles("a bitmap that ends on the last", (0..64).rev().filter(|n| n % 3 != 1).map(|n| u64::MAX - n)),
        singles("a whole window", (1..=16_384).filter(|serial| serial % 2 == 1 || *serial == 16_384)),
        singles("a window and one more", (1..=16_385).filter(|serial| serial % 2 == 1)),
        singles("100,000 dense, every other", (1..=200_000).filter(|serial| serial % 2 == 1)),
        singles("100,000 dense, two of three", (1..=150_000).filter(|serial| serial % 3 != 0)),
        singles("100,000 random among 4,000,000", random(4_000_000)),
        singles("100,000 random among all", random(u64::MAX)),
    ]
}

/// 100,000 different serials of at most this, the same in each run.
fn random(most: u64) -> BTreeSet<u64> {
    let mut state = 0x5eed_u64;
    let dice = iter::repeat_with(|| {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        (mixed ^ mixed >> 29).max(1)
    });
    let mut serials = BTreeSet::new();
    for thrown in dice {
        serials.insert(if most == u64::MAX { thrown } else { thrown % most + 1 });
        if serials.len() == 100_000 {
            break;
        }
    }
    serials
}

fn empty() -> Krl {
    Krl::new(42, MADE, "of a test").unwrap()
}

fn revoking(told: &[RangeInclusive<u64>]) -> Krl {
    let mut list = empty();
    let (singles, ranges): (Vec<_>, Vec<_>) = told.iter().cloned().partition(|range| range.start() == range.end());
    list.revoke_serials(&singles.into_iter().flatten().collect()).unwrap();
    ranges.into_iter().for_each(|range| list.revoke_range(range).unwrap());
    list
}

/// The serials at which a wrong list would be seen to be wrong: the edges of some runs, and where numbers end.
fn probes(runs: &[(u64, u64)]) -> BTreeSet<u64> {
    let every = runs.len().div_ceil(8).max(1);
    let some = runs.iter().step_by(every).chain(runs.last());
    let edges = some.flat_map(|(first, last)| [first - 1, *first, *last, last.saturating_add(1)]);
    edges.chain([0, 1, 2, TOP - 1, TOP, u64::MAX - 1, u64::MAX]).collect()
}

#[test]
fn openssh_reads_our_serials_and_refuses_exactly_those() {
    let keygen = Keygen::new();
    let (ca, key) = (keygen.key("ca", "ed25519"), keygen.key("key", "ed25519"));
    for Case { name, told, runs } in cases() {
        let list = keygen.write("list", &revoking(&told).encode().unwrap());
        let dump = keygen.dump(&list).unwrap_or_else(|said| panic!("{name}: {said}"));
        assert_eq!(dump.head, ["# KRL version 42", "# Generated at 20251124T160000", "# Comment: of a test"]);
        let scope = (!runs.is_empty()).then(|| "# Wildcard CA".to_owned());
        let expected = scope.into_iter().chain(runs.iter().map(|(first, last)| serial_line(*first, *last)));
        assert!(dump.revoked.into_iter().eq(expected), "{name}: what is read is not what was put in");

        let probed = probes(&runs);
        let shown: Vec<PathBuf> = probed.iter().map(|serial| keygen.certificate(&ca, &key, *serial, "maya")).collect();
        let named = |serial: &u64| runs.iter().any(|(first, last)| (first..=last).contains(&serial));
        let expected: Vec<bool> = probed.iter().map(named).collect();
        assert_eq!(keygen.revoked(&list, &shown), Ok(expected), "{name}: {probed:?}");
    }
}

#[test]
fn a_serial_is_refused_whichever_authority_signed_it() {
    let keygen = Keygen::new();
    let key = keygen.key("key", "ed25519");
    let list = keygen.write("list", &revoking(&[5..=5]).encode().unwrap());
    let shown = |ca: PathBuf| [5, 6].map(|serial| keygen.certificate(&ca, &key, serial, "maya"));
    let shown = [shown(keygen.key("ca-1", "ed25519")), shown(keygen.key("ca-2", "ecdsa"))].concat();
    assert_eq!(keygen.revoked(&list, &shown), Ok(vec![true, false, true, false]));
}

#[test]
fn openssh_reads_our_key_ids_and_refuses_exactly_those() {
    let keygen = Keygen::new();
    let (ca, key) = (keygen.key("ca", "ed25519"), keygen.key("key", "ed25519"));
    let mut list = revoking(&[7..=7]);
    let numbers = (1..=4).chain([10, 15, 30, 50, 90]).chain(300..=799).chain(999..=1_002).filter(|n| *n != 499);
    let named: BTreeSet<String> = numbers.map(|n| format!("revoked {n}")).chain(["maya:12".into()]).collect();
    named.iter().for_each(|id| list.revoke_key_id(id).unwrap());
    let list = keygen.write("list", &list.encode().unwrap());
    let lines = named.iter().map(|id| format!("id: {id}"));
    let expected: Vec<String> = ["# Wildcard CA".into(), serial_line(7, 7)].into_iter().chain(lines).collect();
    assert_eq!(keygen.dump(&list).unwrap().revoked, expected);
    // A serial of 0 is none; the key ID is looked at all the same.
    let shown = [
        ("revoked 1", 0, true),
        ("revoked 1", 1, true),
        ("revoked 499", 1, false),
        ("revoked 799", 1, true),
        ("revoked", 1, false),
        ("revoked 10", 2, true),
        ("revoked 100", 2, false),
        ("Revoked 10", 2, false),
        ("maya:12", 12, true),
        ("maya:1", 1, false),
        ("maya:123", 3, false),
        ("maya:13", 7, true),
    ];
    let certificates = shown.map(|(id, serial, _)| keygen.certificate(&ca, &key, serial, id));
    let expected = shown.map(|(_, _, revoked)| revoked).to_vec();
    assert_eq!(keygen.revoked(&list, &certificates), Ok(expected));
}

/// Keys of every kind by which staff or servers could come, two of each: the first is revoked.
struct Keys {
    keygen: Keygen,
    revoked: Vec<PathBuf>,
    others: Vec<PathBuf>,
}

impl Keys {
    fn new() -> Self {
        let keygen = Keygen::new();
        let made = |of: &str| KINDS.iter().map(|kind| keygen.key(&format!("{of}-{kind}"), kind)).collect();
        let (revoked, others) = (made("revoked"), made("other"));
        Self { keygen, revoked, others }
    }

    /// That exactly the revoked ones are refused: bare, with a certificate, and as the authority of one.
    fn assert_refused(&self, list: &[u8]) {
        let keygen = &self.keygen;
        let list = keygen.write("list", list);
        let (ca, key) = (keygen.key("ca", "ed25519"), keygen.key("key", "ed25519"));
        for (keys, expected) in [(&self.revoked, true), (&self.others, false)] {
            for bare in keys {
                let certified = keygen.certificate(&ca, bare, 1, "maya");
                let mut shown = vec![bare.clone(), certified];
                if !bare.display().to_string().contains("-sk") {
                    shown.push(keygen.certificate(bare, &key, 1, "maya"));
                }
                let verdicts = keygen.revoked(&list, &shown).unwrap();
                assert_eq!(verdicts, vec![expected; shown.len()], "{shown:?}");
            }
        }
    }
}

#[test]
fn openssh_refuses_exactly_the_keys_and_authorities_that_we_name_whole() {
    let keys = Keys::new();
    let named: BTreeSet<KeyBlob> = keys.revoked.iter().map(|key| KeyBlob::new(&blob(key)).unwrap()).collect();
    let mut list = empty();
    named.iter().for_each(|key| list.revoke_key(key.clone()));
    let file = list.encode().unwrap();
    keys.assert_refused(&file);
    let dump = keys.keygen.dump(&keys.keygen.write("dumped", &file)).unwrap();
    assert_eq!(dump.revoked, named.iter().map(key_line).collect::<Vec<_>>());
}

#[test]
fn openssh_refuses_exactly_the_keys_and_authorities_that_we_name_by_fingerprint() {
    let keys = Keys::new();
    let named: BTreeSet<_> = keys.revoked.iter().map(|key| keys.keygen.fingerprint(key)).collect();
    let (authorities, ssh_keys) = named.iter().partition(|name| name.bytes()[0] % 2 == 0);
    let revoked = Revocations { ssh_keys, authorities, ..Revocations::default() };
    let file = Krl::of(1, MADE, "", &revoked).unwrap().encode().unwrap();
    keys.assert_refused(&file);
    let dump = keys.keygen.dump(&keys.keygen.write("dumped", &file)).unwrap();
    assert_eq!(dump.revoked, named.iter().map(fingerprint_line).collect::<Vec<_>>());
}

#[test]
fn a_certificate_s_own_blob_is_not_taken_for_a_key() {
    let keygen = Keygen::new();
    let ca = keygen.key("ca", "ed25519");
    for kind in KINDS {
        let certificate = keygen.certificate(&ca, &keygen.key(kind, kind), 1, "maya");
        assert_eq!(KeyBlob::new(&blob(&certificate)), Err(KrlError::Key), "{kind}");
    }
}

#[test]
fn we_read_what_openssh_wrote() {
    let keys = Keys::new();
    let keygen = &keys.keygen;
    let ca = keygen.key("ca", "ed25519");
    let by = ca.to_str().unwrap();
    let serials: String =
        REGRESS.iter().map(|range| format!("{}\n", serial_line(*range.start(), *range.end()))).collect();
    let ids = "id: revoked 1\nid: maya:12\n";
    let each = |prefix: &str, keys: &[PathBuf]| -> String {
        keys.iter().map(|key| format!("{prefix}{}\n", fs::read_to_string(key).unwrap().trim_end())).collect()
    };
    let bare = each("", &keys.revoked);
    let certified: Vec<_> = (7..).zip(&keys.revoked).map(|(n, key)| keygen.certificate(&ca, key, n, "maya")).collect();
    let certified = each("", &certified);
    let hashes: String = keys.revoked.iter().map(|key| format!("hash: {}\n", keygen.fingerprint(key))).collect();
    let random: String = random(4_000_000).into_iter().map(|serial| format!("serial: {serial}\n")).collect();
    for (name, options, specification) in [
        ("nothing", &[][..], ""),
        ("serials of any", &["-s", "NONE"], &serials),
        ("serials of one", &["-s", by], &serials),
        ("serials at the ends", &["-s", "NONE"], "serial: 1\nserial: 18446744073709551614-18446744073709551615\n"),
        ("ids of any", &["-s", "NONE"], ids),
        ("ids of one", &["-s", by, "-z", "9"], &format!("{serials}{ids}")),
        ("keys", &[], &bare),
        ("certificates", &[], &certified),
        ("sha256", &[], &each("sha256: ", &keys.revoked)),
        ("hashes", &[], &hashes),
        ("everything", &["-s", by], &format!("{serials}{ids}{bare}{certified}{hashes}")),
        ("random", &["-s", "NONE"], &random),
    ] {
        let list = keygen.list("list", options, specification);
        let file = fs::read(&list).unwrap();
        let read = Krl::decode(&file).unwrap_or_else(|fault| panic!("{name}: {fault}"));
        let said = keygen.dump(&list).unwrap();
        assert_eq!(lines(&read), said.revoked, "{name}");
        assert_eq!(said.head[0], format!("# KRL version {}", read.version()), "{name}");

        let ours = read.encode().unwrap();
        assert!(ours.len() <= file.len(), "{name}: ours has {} bytes, theirs {}", ours.len(), file.len());
        assert_eq!(keygen.dump(&keygen.write("ours", &ours)).unwrap(), said, "{name}");
        fs::remove_file(list).unwrap();
    }
}

#[test]
fn what_openssh_writes_and_does_not_read_we_do_not_read_either() {
    let keygen = Keygen::new();
    let dense: String = (1..=150_000).filter(|n| n % 3 != 0).map(|serial| format!("serial: {serial}\n")).collect();
    let list = keygen.list("dense", &["-s", "NONE"], &dense);
    assert!(keygen.dump(&list).unwrap_err().contains("bignum is too large"));
    assert_eq!(Krl::decode(&fs::read(&list).unwrap()), Err(KrlError::LongBitmap));

    let key = fs::read_to_string(keygen.key("key", "ed25519")).unwrap();
    let list = keygen.list("sha1", &[], &format!("sha1: {key}"));
    assert_eq!(Krl::decode(&fs::read(&list).unwrap()), Err(KrlError::Section(3)), "nobody names keys by SHA-1 here");
}

/// The other way round it need not be: OpenSSH skips what is reserved, and we read nothing that we would not write.
#[test]
fn whatever_we_read_of_an_altered_list_openssh_reads_alike() {
    let keygen = Keygen::new();
    let mut list = Krl::new(1, MADE, "").unwrap();
    list.revoke_serials(&(50..90).filter(|n| n % 3 != 0).chain([7, 9_000, 9_000_000]).collect()).unwrap();
    list.revoke_range(500..=700).unwrap();
    list.revoke_key_id("maya:12").unwrap();
    list.revoke_fingerprint(keygen.fingerprint(&keygen.key("one", "ed25519")));
    list.revoke_key(KeyBlob::new(&blob(&keygen.key("other", "ed25519"))).unwrap());
    let file = list.encode().unwrap();
    let altered = (0..file.len()).flat_map(|at| [0x01, 0x80].map(|bit| (at, bit))).map(|(at, bit)| {
        let mut altered = file.clone();
        altered[at] ^= bit;
        altered
    });
    let cut = (0..file.len()).map(|end| file[..end].to_vec());
    let mut read = 0;
    for altered in altered.chain(cut) {
        let Ok(ours) = Krl::decode(&altered) else { continue };
        read += 1;
        let theirs = keygen.dump(&keygen.write("altered", &altered)).unwrap_or_else(|said| panic!("{said}: {ours:?}"));
        assert_eq!(theirs.revoked, lines(&ours));
        assert_eq!(theirs.head[0], format!("# KRL version {}", ours.version()));
    }
    assert!(read > 100, "only {read} altered lists were lists still");
}
