//! Merkle proofs at every size: made as RFC 6962 defines them, verified, and refused in every way they can be wrong.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::convert::Infallible;

use doorward_core::feed::{
    proof::{Head, Node, ProofFault, complete, consistency, inclusion, verify_consistency, verify_inclusion},
    tree::{Frontier, Hash, leaf_hash, node_hash, plain_hash},
};

const SIZES: u64 = 65;

fn leaves(size: u64) -> Vec<Hash> {
    (0..size).map(|n| leaf_hash(&n.to_be_bytes())).collect()
}

/// RFC 6962 section 2.1, as it stands there.
fn root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => plain_hash(b""),
        [one] => *one,
        many => {
            let (left, right) = many.split_at(half(many.len()));
            node_hash(&root(left), &root(right))
        }
    }
}

fn half(n: usize) -> usize {
    n.next_power_of_two() / 2
}

/// Section 2.1.1, as it stands there.
fn path(m: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let (left, right) = leaves.split_at(half(leaves.len()));
    let (mut below, beside) =
        if m < left.len() { (path(m, left), root(right)) } else { (path(m - left.len(), right), root(left)) };
    below.push(beside);
    below
}

/// Section 2.1.2, as it stands there.
fn subproof(m: usize, leaves: &[Hash], whole: bool) -> Vec<Hash> {
    if m == leaves.len() {
        return if whole { Vec::new() } else { vec![root(leaves)] };
    }
    let (left, right) = leaves.split_at(half(leaves.len()));
    let (mut below, beside) = if m <= left.len() {
        (subproof(m, left, whole), root(right))
    } else {
        (subproof(m - left.len(), right, false), root(left))
    };
    below.push(beside);
    below
}

fn node(leaves: &[Hash]) -> impl FnMut(Node) -> Result<Hash, Infallible> + '_ {
    |Node { level, place }| {
        let (start, length) = ((place << level) as usize, 1_usize << level);
        Ok(complete(&leaves[start..start + length]).unwrap())
    }
}

fn included(place: u64, leaves: &[Hash]) -> Vec<Hash> {
    inclusion(place, leaves.len() as u64, &mut node(leaves)).unwrap().unwrap()
}

fn consistent(from: u64, leaves: &[Hash]) -> Vec<Hash> {
    consistency(from, leaves.len() as u64, &mut node(leaves)).unwrap().unwrap()
}

#[test]
fn every_entry_of_every_size_is_proven_as_the_rfc_defines_it() {
    for size in 1..SIZES {
        let (leaves, mut frontier) = (leaves(size), Frontier::default());
        leaves.iter().for_each(|leaf| frontier.push(*leaf));
        assert_eq!(frontier.root(), root(&leaves));
        for place in 0..size {
            let proof = included(place, &leaves);
            assert_eq!(proof, path(place as usize, &leaves), "{place} of {size}");
            let leaf = &leaves[place as usize];
            assert_eq!(verify_inclusion(leaf, place, size, &proof, &root(&leaves)), Ok(()), "{place} of {size}");
        }
        assert_eq!(inclusion(size, size, &mut node(&leaves)), Ok(None));
    }
    assert_eq!(inclusion(0, 0, &mut node(&[])), Ok(None));
}

#[test]
fn every_size_is_proven_to_begin_every_larger_one_as_the_rfc_defines_it() {
    let all = leaves(SIZES);
    for to in 1..SIZES {
        let leaves = &all[..to as usize];
        for from in 1..=to {
            let proof = consistent(from, leaves);
            assert_eq!(proof, subproof(from as usize, leaves, true), "{from} of {to}");
            let older = Head { size: from, root: root(&all[..from as usize]) };
            assert_eq!(verify_consistency(older, Head { size: to, root: root(leaves) }, &proof), Ok(()), "{from} {to}");
        }
        assert_eq!(consistency(0, to, &mut node(leaves)), Ok(None));
        assert_eq!(consistency(to + 1, to, &mut node(leaves)), Ok(None));
    }
}

/// Everything a hash list can be made into that is not the list.
fn tampered(proof: &[Hash], root: &Hash) -> Vec<(&'static str, Vec<Hash>)> {
    let mut all = Vec::new();
    for at in 0..proof.len() {
        let mut flipped = proof.to_vec();
        flipped[at][0] ^= 1 << 4;
        all.push(("a bit flipped", flipped));
    }
    if !proof.is_empty() {
        all.push(("empty", Vec::new()));
        all.push(("the last one cut off", proof[..proof.len() - 1].to_vec()));
        all.push(("the first one cut off", proof[1..].to_vec()));
    }
    if proof.len() > 1 {
        let mut turned = proof.to_vec();
        turned.swap(0, 1);
        all.push(("two in the wrong order", turned));
    }
    for (name, more) in [("garbage", [0; 32]), ("the root", *root)] {
        all.push((name, [&[more], proof].concat()));
        all.push((name, [proof, &[more]].concat()));
    }
    all
}

#[test]
fn a_tampered_inclusion_proof_is_refused_at_every_size() {
    let mut refused = 0;
    for size in 1..SIZES {
        let leaves = leaves(size);
        let root = root(&leaves);
        for place in 0..size {
            let (leaf, proof) = (&leaves[place as usize], included(place, &leaves));
            for (name, bad) in tampered(&proof, &root) {
                assert!(verify_inclusion(leaf, place, size, &bad, &root).is_err(), "{name}: {place} of {size}");
                refused += 1;
            }
            let other = leaf_hash(b"another entry");
            assert_eq!(verify_inclusion(&other, place, size, &proof, &root), Err(ProofFault::RootMismatch));
            assert_eq!(verify_inclusion(leaf, place, size, &proof, &[7; 32]), Err(ProofFault::RootMismatch));
            let places = [place.wrapping_sub(1), place + 1, place ^ 2, size, u64::MAX];
            for wrong in places.into_iter().filter(|wrong| *wrong != place) {
                assert!(verify_inclusion(leaf, wrong, size, &proof, &root).is_err(), "{wrong} for {place} of {size}");
            }
            assert_eq!(verify_inclusion(leaf, place, 0, &proof, &root), Err(ProofFault::OutOfTree));
            assert!(verify_inclusion(leaf, place, u64::MAX, &proof, &root).is_err());
        }
    }
    assert!(refused > 10_000, "{refused}");
}

/// The size is a part of what is verified: a path leads to the right root in a tree of another size only where both
/// trees have it in the same place, and then another root was signed for that size.
#[test]
fn an_inclusion_proof_of_another_size_does_not_lead_to_that_size_s_root() {
    let all = leaves(2 * SIZES);
    for size in 2..SIZES {
        for place in 0..size {
            let proof = included(place, &all[..size as usize]);
            for other in [size - 1, size + 1, size ^ 2, size * 2, size / 2].into_iter().filter(|other| *other != size) {
                let signed = root(&all[..other as usize]);
                assert!(verify_inclusion(&all[place as usize], place, other, &proof, &signed).is_err());
            }
        }
    }
}

#[test]
fn a_tampered_consistency_proof_is_refused_at_every_size() {
    let (all, mut refused) = (leaves(SIZES), 0);
    for to in 1..SIZES {
        let leaves = &all[..to as usize];
        let newer = Head { size: to, root: root(leaves) };
        for from in 1..=to {
            let (older, proof) = (Head { size: from, root: root(&all[..from as usize]) }, consistent(from, leaves));
            for (name, bad) in tampered(&proof, &newer.root).into_iter().chain(tampered(&proof, &older.root)) {
                assert!(verify_consistency(older, newer, &bad).is_err(), "{name}: {from} to {to}");
                refused += 1;
            }
            for root in [[7; 32], plain_hash(b"")] {
                assert!(verify_consistency(Head { root, ..older }, newer, &proof).is_err(), "{from} to {to}");
                assert!(verify_consistency(older, Head { root, ..newer }, &proof).is_err(), "{from} to {to}");
            }
            if from == to {
                continue;
            }
            let (a, b) = (Head { root: newer.root, ..older }, Head { root: older.root, ..newer });
            assert!(verify_consistency(a, b, &proof).is_err(), "swapped roots: {from} to {to}");
            assert_eq!(verify_consistency(newer, older, &proof), Err(ProofFault::Rollback));
            let sizes = [from - 1, from + 1, from ^ 2].into_iter().filter(|size| *size != from);
            for size in sizes {
                assert!(verify_consistency(Head { size, ..older }, newer, &proof).is_err(), "{size} for {from}: {to}");
            }
        }
        let nothing = Head { size: 0, root: plain_hash(b"") };
        assert_eq!(verify_consistency(nothing, newer, &[]), Err(ProofFault::FromNothing));
    }
    assert!(refused > 10_000, "{refused}");
}

#[test]
fn two_feeds_that_parted_are_told_apart() {
    let one = leaves(40);
    let mut other = one.clone();
    other[10] = leaf_hash(b"said to somebody else");
    for from in 11..40_u64 {
        let seen = Head { size: from, root: root(&one[..from as usize]) };
        let shown = Head { size: 40, root: root(&other) };
        assert!(verify_consistency(seen, shown, &consistent(from, &other)).is_err(), "{from}");
        assert!(verify_consistency(seen, shown, &consistent(from, &one)).is_err(), "{from}");
    }
}
