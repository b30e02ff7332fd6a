//! Merkle proofs, made and verified: that an entry is in the tree of a size (RFC 6962 section 2.1.1), and that one tree
//! is the beginning of another (section 2.1.2).
//!
//! Whoever makes a proof reads the tree through its complete subtrees, however it keeps them. Whoever verifies holds
//! roots that somebody signed, and nothing else.

use super::tree::{Hash, node_hash, plain_hash};

/// Longest path: a tree of 2^64 entries has no longer one.
pub const MAX_PATH: usize = 64;

/// A complete subtree: the entries from `place × 2^level` on, `2^level` of them, counted from zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Node {
    pub level: u32,
    pub place: u64,
}

/// Why a proof proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofFault {
    #[error("the entry's place is not in a tree of this size")]
    OutOfTree,
    #[error("the proof has too many or too few hashes")]
    WrongLength,
    #[error("the newer checkpoint is of a smaller feed than the older: a rollback")]
    Rollback,
    #[error("nothing follows from an empty tree")]
    FromNothing,
    #[error("the proof does not lead to the signed root")]
    RootMismatch,
    #[error("the older checkpoint's root is not the beginning of the newer tree: a fork")]
    Fork,
}

/// The path of the entry at `place` (from zero) in the tree of `size` entries, from the leaf up. A place that is not in
/// the tree has none.
pub fn inclusion<E>(
    place: u64,
    size: u64,
    node: &mut impl FnMut(Node) -> Result<Hash, E>,
) -> Result<Option<Vec<Hash>>, E> {
    if place >= size {
        return Ok(None);
    }
    let (mut start, mut end, mut path) = (0_u64, size, Vec::new());
    while end.saturating_sub(start) > 1 {
        let middle = middle(start, end);
        let (left, right) = ((start, middle), (middle, end));
        let (own, other) = if place < middle { (left, right) } else { (right, left) };
        path.push(root_of(other.0, other.1, node)?);
        (start, end) = own;
    }
    path.reverse();
    Ok(Some(path))
}

/// The proof that the tree of `from` entries is the beginning of the tree of `to`. There is none from nothing, nor from
/// the larger to the smaller.
pub fn consistency<E>(
    from: u64,
    to: u64,
    node: &mut impl FnMut(Node) -> Result<Hash, E>,
) -> Result<Option<Vec<Hash>>, E> {
    if from == 0 || from > to {
        return Ok(None);
    }
    let (mut start, mut end, mut path, mut whole) = (0_u64, to, Vec::new(), true);
    while end != from {
        let middle = middle(start, end);
        if from <= middle {
            path.push(root_of(middle, end, node)?);
            end = middle;
        } else {
            path.push(root_of(start, middle, node)?);
            (start, whole) = (middle, false);
        }
    }
    if !whole {
        path.push(root_of(start, end, node)?);
    }
    path.reverse();
    Ok(Some(path))
}

/// Whether the leaf at `place` (from zero) is in the tree of `size` entries with this `root` (RFC 9162 section 2.1.3.2).
pub fn verify_inclusion(leaf: &Hash, place: u64, size: u64, path: &[Hash], root: &Hash) -> Result<(), ProofFault> {
    if place >= size {
        return Err(ProofFault::OutOfTree);
    }
    let (mut at, mut last, mut hash) = (place, size.saturating_sub(1), *leaf);
    for step in path {
        if last == 0 {
            return Err(ProofFault::WrongLength);
        }
        if at & 1 == 1 || at == last {
            hash = node_hash(step, &hash);
            while at & 1 == 0 && at != 0 {
                (at, last) = (at >> 1, last >> 1);
            }
        } else {
            hash = node_hash(&hash, step);
        }
        (at, last) = (at >> 1, last >> 1);
    }
    if last != 0 {
        return Err(ProofFault::WrongLength);
    }
    if hash == *root { Ok(()) } else { Err(ProofFault::RootMismatch) }
}

/// A size and its root, as somebody signed them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    pub size: u64,
    pub root: Hash,
}

/// Whether the tree of `older` is the beginning of the tree of `newer` (RFC 9162 section 2.1.4.2).
pub fn verify_consistency(older: Head, newer: Head, path: &[Hash]) -> Result<(), ProofFault> {
    if older.size > newer.size {
        return Err(ProofFault::Rollback);
    }
    if older.size == newer.size {
        let same = if older.root == newer.root { Ok(()) } else { Err(ProofFault::Fork) };
        return if path.is_empty() { same } else { Err(ProofFault::WrongLength) };
    }
    if older.size == 0 {
        return Err(ProofFault::FromNothing);
    }
    let mut steps = path.iter();
    // A complete older tree is a node of the newer one, and need not be sent: its root is known.
    let first = if older.size.is_power_of_two() { Some(&older.root) } else { steps.next() };
    let first = first.ok_or(ProofFault::WrongLength)?;
    let (mut at, mut last) = (older.size.saturating_sub(1), newer.size.saturating_sub(1));
    while at & 1 == 1 {
        (at, last) = (at >> 1, last >> 1);
    }
    let (mut old, mut new) = (*first, *first);
    for step in steps {
        if last == 0 {
            return Err(ProofFault::WrongLength);
        }
        if at & 1 == 1 || at == last {
            (old, new) = (node_hash(step, &old), node_hash(step, &new));
            while at & 1 == 0 && at != 0 {
                (at, last) = (at >> 1, last >> 1);
            }
        } else {
            new = node_hash(&new, step);
        }
        (at, last) = (at >> 1, last >> 1);
    }
    if last != 0 {
        return Err(ProofFault::WrongLength);
    }
    if old != older.root {
        return Err(ProofFault::Fork);
    }
    if new == newer.root { Ok(()) } else { Err(ProofFault::RootMismatch) }
}

/// Where the tree over `start..end` divides: its left half is the largest complete subtree that is not all of it.
fn middle(start: u64, end: u64) -> u64 {
    let half = end.saturating_sub(start).saturating_sub(1).checked_ilog2().map_or(0, |bits| 1_u64 << bits);
    start.saturating_add(half)
}

/// The root of the tree over `start..end`, put together from complete subtrees.
fn root_of<E>(start: u64, end: u64, node: &mut impl FnMut(Node) -> Result<Hash, E>) -> Result<Hash, E> {
    let (mut at, mut peaks) = (start, Vec::new());
    while at < end {
        let level = end.saturating_sub(at).ilog2().min(at.trailing_zeros());
        peaks.push(node(Node { level, place: at.checked_shr(level).unwrap_or(0) })?);
        at = at.saturating_add(1_u64 << level);
    }
    let mut from_right = peaks.into_iter().rev();
    let Some(last) = from_right.next() else { return Ok(plain_hash(b"")) };
    Ok(from_right.fold(last, |right, left| node_hash(&left, &right)))
}

/// The root of a complete subtree from the hashes of its parts on one level, of which there are a power of two.
pub fn complete(hashes: &[Hash]) -> Option<Hash> {
    if !hashes.len().is_power_of_two() {
        return None;
    }
    let mut level = hashes.to_vec();
    while level.len() > 1 {
        level = level.chunks_exact(2).filter_map(|pair| Some(node_hash(pair.first()?, pair.last()?))).collect();
    }
    level.pop()
}
