//! The RFC 6962 Merkle tree (section 2.1), kept as its right-hand frontier: enough to append and to know the root.

use aws_lc_rs::digest::{Context, SHA256, digest};
use serde::{Deserialize, Serialize};

/// A SHA-256 hash.
pub type Hash = [u8; 32];

fn sha256(parts: &[&[u8]]) -> Hash {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(part);
    }
    to_hash(context.finish().as_ref())
}

fn to_hash(bytes: &[u8]) -> Hash {
    let mut hash = [0; 32];
    for (to, from) in hash.iter_mut().zip(bytes) {
        *to = *from;
    }
    hash
}

/// The SHA-256 of `bytes`.
pub fn plain_hash(bytes: &[u8]) -> Hash {
    to_hash(digest(&SHA256, bytes).as_ref())
}

/// The hash of a leaf: SHA-256 of 0x00 and the entry's bytes.
pub fn leaf_hash(entry: &[u8]) -> Hash {
    sha256(&[&[0], entry])
}

/// The hash of a node: SHA-256 of 0x01 and its children.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    sha256(&[&[1], left, right])
}

/// The roots of the complete subtrees of a tree, from left to right (largest first).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Frontier {
    size: u64,
    peaks: Vec<Hash>,
}

impl Frontier {
    /// A frontier of `size` leaves with these `peaks`, where their number fits the size.
    pub fn from_parts(size: u64, peaks: Vec<Hash>) -> Option<Self> {
        (usize::try_from(size.count_ones()).ok()? == peaks.len()).then_some(Self { size, peaks })
    }

    /// How many leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The roots of the complete subtrees, largest first.
    pub fn peaks(&self) -> &[Hash] {
        &self.peaks
    }

    /// Appends a leaf by its hash.
    pub fn push(&mut self, leaf: Hash) {
        let mut hash = leaf;
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.peaks.pop() {
                hash = node_hash(&left, &hash);
            }
        }
        self.peaks.push(hash);
        self.size = self.size.saturating_add(1);
    }

    /// The tree's root hash; of the empty tree the hash of nothing.
    pub fn root(&self) -> Hash {
        let mut from_right = self.peaks.iter().rev();
        let Some(last) = from_right.next() else { return plain_hash(b"") };
        from_right.fold(*last, |right, left| node_hash(left, &right))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex_leaves() -> Vec<Vec<u8>> {
        let texts =
            ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
        texts.iter().map(|t| hex::decode(t).unwrap()).collect()
    }

    /// The roots which the Certificate Transparency reference implementations print for these leaves.
    #[test]
    fn the_tree_gives_the_known_roots() {
        let known = [
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ];
        let mut frontier = Frontier::default();
        assert_eq!(hex::encode(frontier.root()), known[0]);
        for (leaf, root) in hex_leaves().iter().zip(&known[1..]) {
            frontier.push(leaf_hash(leaf));
            assert_eq!(hex::encode(frontier.root()), *root, "size {}", frontier.size());
        }
    }

    /// RFC 6962 section 2.1, written down as it stands there.
    fn by_definition(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => plain_hash(b""),
            [one] => *one,
            many => {
                let k = many.len().next_power_of_two() / 2;
                node_hash(&by_definition(&many[..k]), &by_definition(&many[k..]))
            }
        }
    }

    #[test]
    fn the_frontier_agrees_with_the_definition_at_every_size() {
        let mut frontier = Frontier::default();
        let mut leaves = Vec::new();
        for n in 0_u64..130 {
            assert_eq!(frontier.root(), by_definition(&leaves), "size {n}");
            leaves.push(leaf_hash(&n.to_be_bytes()));
            frontier.push(leaves[leaves.len() - 1]);
            let again = Frontier::from_parts(frontier.size(), frontier.peaks().to_vec());
            assert_eq!(again.as_ref(), Some(&frontier));
        }
        assert_eq!(Frontier::from_parts(3, vec![[0; 32]]), None);
    }
}
