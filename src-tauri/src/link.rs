//! `doorward://accounts/<id>`: a link that leads to an account. Anybody can write one, on any page and in any mail, so
//! it names an account and nothing else: it opens nothing, signs nobody in and carries no other word.

use doorward_core::id::AccountId;

/// All that stands before the id.
const BEGINS: &str = "doorward://accounts/";

/// The text is no link of ours. What it was is not repeated: it came from outside, and goes to a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("link-refused: a link is doorward://accounts/ and the id of an account, and nothing after it")]
pub struct LinkRefused;

/// The account that `link` leads to.
pub fn parse(link: &str) -> Result<AccountId, LinkRefused> {
    let id = link.strip_prefix(BEGINS).ok_or(LinkRefused)?;
    AccountId::parse(id).map_err(|_| LinkRefused)
}

/// The link that leads to `account`.
pub fn write(account: &AccountId) -> String {
    format!("{BEGINS}{account}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_no_link_of_ours_is_refused() {
        assert_eq!(parse("doorward://accounts/acme-17").unwrap().as_str(), "acme-17");
        let long = format!("doorward://accounts/{}", "a".repeat(65));
        for refused in [
            "",
            "acme-17",
            "doorward:",
            "doorward://",
            "doorward://accounts",
            "doorward://accounts/",
            "doorward:accounts/acme",
            "doorward:///accounts/acme",
            "Doorward://accounts/acme",
            "doorward://ACCOUNTS/acme",
            "doorward://accounts/Acme",
            "doorward://accounts/acme/",
            "doorward://accounts/acme/open",
            "doorward://accounts//acme",
            "doorward://accounts/../keys",
            "doorward://accounts/acme?mode=read-write",
            "doorward://accounts/acme#x",
            "doorward://accounts/acme%20",
            "doorward://accounts/%61cme",
            "doorward://accounts/acme ",
            " doorward://accounts/acme",
            "doorward://accounts/acme\n",
            "doorward://accounts/acme\0",
            "doorward://accounts/-acme",
            "doorward://accounts/аcme",
            "doorward://user@accounts/acme",
            "doorward://accounts:443/acme",
            "doorward://keys/acme",
            "https://accounts/acme",
            "--help",
            &long,
        ] {
            assert_eq!(parse(refused), Err(LinkRefused), "{refused:?}");
        }
    }

    #[test]
    fn the_desktop_knows_who_follows_our_links() {
        let desktop = include_str!("../../packaging/doorward.desktop");
        for line in ["MimeType=x-scheme-handler/doorward;", "Exec={{exec}} %u", "Icon={{icon}}"] {
            assert!(desktop.lines().any(|there| there == line), "{line}");
        }
        let config = include_str!("../../tauri.conf.json");
        assert!(config.contains("\"desktopTemplate\": \"packaging/doorward.desktop\""));
    }

    proptest! {
        #[test]
        fn whatever_passes_is_written_in_exactly_one_way(text in ".{0,120}") {
            if let Ok(account) = parse(&text) {
                prop_assert_eq!(write(&account), text);
            }
        }

        #[test]
        fn near_a_link_only_an_id_passes(tail in "[a-zA-Z0-9/?#%@: .\\\\-]{0,70}") {
            let text = format!("doorward://accounts/{tail}");
            let parsed = parse(&text);
            prop_assert_eq!(parsed.is_ok(), AccountId::parse(&tail).is_ok());
            if let Ok(account) = parsed {
                prop_assert_eq!(account.as_str(), tail);
            }
        }

        #[test]
        fn no_other_beginning_passes(text in "\\PC{0,40}", id in "[a-z0-9][a-z0-9-]{0,20}") {
            prop_assume!(text != "doorward://accounts/");
            let link = format!("{text}{id}");
            prop_assert!(parse(&link).is_err() || text.starts_with("doorward://accounts/"));
        }
    }
}
