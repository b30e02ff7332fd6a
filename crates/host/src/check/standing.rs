//! The agent: whether it answers, how fresh it is, and what the feed says of this host.

use doorward_core::time::Millis;

use super::Finding;
use crate::{
    ask::{Silence, Status},
    config::Config,
};

/// A certificate is good from a minute before it was signed: sshd's clock may be off by less.
const MOST_SKEW: Millis = Millis::seconds(30);

/// What is wrong with it.
pub fn check(status: Result<&Status, &Silence>, config: &Config) -> Vec<Finding> {
    let status = match status {
        Ok(status) => status,
        Err(why) => {
            let words = format!("nobody gets in, and nobody is ended: {why}");
            return vec![Finding::wrong("agent-silent", words)];
        }
    };
    let mut found = Vec::new();
    if !status.fresh {
        let why = status.fault.map(|fault| format!(": {fault}")).unwrap_or_default();
        found.push(Finding::wrong(
            "not-fresh",
            format!("the agent's copy of the feed is not fresh, so nobody gets in{why}"),
        ));
    }
    if !status.lists {
        found.push(Finding::wrong("lists-not-in-place", "the agent cannot write sshd's files; its log says why"));
    }
    found.extend(host(status, config));
    found.extend(skew(status));
    found
}

fn host(status: &Status, config: &Config) -> Option<Finding> {
    match status.label {
        // A copy that is not fresh may not know it yet.
        None if !status.fresh => None,
        None => {
            let words = format!("the feed knows no host `{}`: the operator registers it at the server", config.host);
            Some(Finding::wrong("host-unknown", words))
        }
        Some(label) if label != config.label => {
            let words = format!("the feed labels this host {label:?}, and the configuration {:?}", config.label);
            Some(Finding::wrong("host-label", words))
        }
        Some(_) => None,
    }
}

fn skew(status: &Status) -> Option<Finding> {
    let now = status.now.filter(|_| status.fresh)?;
    let (ahead, behind) = (status.wall.since(now), now.since(status.wall));
    let skew = ahead.max(behind);
    (skew > MOST_SKEW).then(|| {
        let way = if ahead > behind { "ahead of" } else { "behind" };
        let seconds = skew.0 / 1_000;
        Finding::wrong(
            "clock-skew",
            format!("this machine's clock is {seconds} s {way} the server's: sshd refuses certificates that are good"),
        )
    })
}

#[cfg(test)]
mod tests {
    use doorward_client::follower::FollowFault;
    use doorward_core::{policy::HostLabel, time::UnixMs};

    use super::*;
    use crate::check::sshd::tests::config;

    fn status() -> Status {
        Status {
            fresh: true,
            fault: None,
            now: Some(UnixMs(1_000_000)),
            wall: UnixMs(1_000_000),
            label: Some(HostLabel::Infrastructure),
            lists: true,
            connections: 0,
        }
    }

    fn codes(change: fn(&mut Status)) -> Vec<&'static str> {
        let mut status = status();
        change(&mut status);
        check(Ok(&status), &config("")).into_iter().map(|finding| finding.code).collect()
    }

    #[test]
    fn what_an_agent_says_of_itself_is_told() {
        assert_eq!(codes(|_| ()), Vec::<&str>::new());
        assert_eq!(codes(|status| status.lists = false), ["lists-not-in-place"]);
        assert_eq!(codes(|status| status.label = None), ["host-unknown"]);
        assert_eq!(codes(|status| status.label = Some(HostLabel::Maintenance)), ["host-label"]);
        assert_eq!(codes(|status| status.wall = UnixMs(1_031_000)), ["clock-skew"]);
        assert_eq!(codes(|status| status.wall = UnixMs(969_000)), ["clock-skew"]);
        assert_eq!(codes(|status| status.wall = UnixMs(1_030_000)), Vec::<&str>::new());
        let stale = codes(|status| {
            (status.fresh, status.label, status.fault) = (false, None, Some(FollowFault::Unreachable));
        });
        assert_eq!(stale, ["not-fresh"]);
    }

    #[test]
    fn an_agent_that_does_not_answer_is_wrong() {
        let silence = Silence::BadAnswer;
        let found = check(Err(&silence), &config(""));
        assert_eq!(found.iter().map(|finding| finding.code).collect::<Vec<_>>(), ["agent-silent"]);
    }
}
