//! Committed files that every later version must still believe, and such as it must refuse, each with its reason. The
//! first writing, and additions, are made with `DOORWARD_WRITE=1`.

use std::{collections::BTreeMap, fs, path::PathBuf};

use doorward_core::{
    feed::{checkpoint::FeedTrust, note::NoteSigner},
    trust::TrustFile,
};

pub const ORIGIN: &str = "doorward.example/feed";

pub fn key(seed: u8) -> NoteSigner {
    NoteSigner::from_seed("doorward.example/log", &[seed; 32]).unwrap()
}

fn trust_file() -> TrustFile {
    let fresh = NoteSigner::from_seed("doorward.example/fresh", &[2; 32]).unwrap();
    TrustFile::new(ORIGIN, "https://doorward.example", &key(1).verifier(), &fresh.verifier(), &[3; 32])
}

pub fn trust() -> FeedTrust {
    trust_file().feed().unwrap()
}

/// Files of one folder below `vectors`, with one ending.
pub struct Committed {
    pub folder: &'static str,
    pub ending: &'static str,
}

impl Committed {
    fn folder(&self) -> PathBuf {
        PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors")).join(self.folder)
    }

    /// The text of the file with this name.
    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.folder().join(format!("{name}.{}", self.ending))).unwrap()
    }

    /// That the folder holds these files, whether each is believed or why not, whom to trust, and nothing else.
    pub fn holds(&self, files: &BTreeMap<&'static str, (String, Option<String>)>) {
        let folder = self.folder();
        let expected: BTreeMap<_, _> = files.iter().map(|(name, (_, reason))| (*name, reason)).collect();
        let mut all: BTreeMap<_, _> =
            files.iter().map(|(name, (text, _))| (format!("{name}.{}", self.ending), text.clone())).collect();
        all.insert("expected.json".to_owned(), serde_json::to_string_pretty(&expected).unwrap() + "\n");
        all.insert("trust.json".to_owned(), serde_json::to_string_pretty(&trust_file()).unwrap() + "\n");
        if std::env::var_os("DOORWARD_WRITE").is_some() {
            fs::create_dir_all(&folder).unwrap();
            all.iter().for_each(|(name, text)| fs::write(folder.join(name), text).unwrap());
        }
        for (name, text) in &all {
            assert_eq!(&fs::read_to_string(folder.join(name)).unwrap(), text, "{name}");
        }
        assert_eq!(fs::read_dir(&folder).unwrap().count(), all.len(), "a file that nothing expects");
    }

    /// That each is believed or refused for its reason, as `refusal` finds it. More than `refusals` are refused.
    pub fn each(&self, refusals: usize, refusal: impl Fn(&str, &str) -> Option<String>) {
        let expected = fs::read_to_string(self.folder().join("expected.json")).unwrap();
        let expected: BTreeMap<String, Option<String>> = serde_json::from_str(&expected).unwrap();
        assert!(expected.values().flatten().count() > refusals, "there are refusals among them");
        for (name, reason) in expected {
            assert_eq!(refusal(&name, &self.read(&name)), reason, "{name}");
        }
    }
}
