//! Sessions wherever they are open: one's own, and for a security admin everybody's, as the server says now.

use doorward_core::wire;

use super::{
    Controller,
    accounts::staff_ref,
    answer, ms,
    request::{Answer, Reply},
    short,
};
use crate::view::{SessionElsewhere, SessionView};

impl Controller {
    /// Those that live, the next to end first.
    pub(super) fn everywhere(&mut self, reply: Reply<Vec<SessionElsewhere>>) {
        let (line, token) = match self.signed_in_online() {
            Ok(presence) => (presence.line.clone(), presence.token.clone()),
            Err(problem) => return answer(reply, Err(problem)),
        };
        let work = async move { line.sessions(&token).await };
        self.after(work, move |console, told| {
            let views = told.map_err(Into::into).and_then(|told| console.elsewhere(told));
            answer(reply, views);
        });
    }

    fn elsewhere(&self, told: wire::Sessions) -> Answer<Vec<SessionElsewhere>> {
        self.signed_in()?;
        let mut views: Vec<_> = told.sessions.iter().filter(|known| known.live).map(|known| self.view(known)).collect();
        views.sort_by_key(|view| view.session.ends);
        Ok(views)
    }

    fn view(&self, known: &wire::SessionView) -> SessionElsewhere {
        let session = &known.session;
        let serial = short(session.serial.0);
        SessionElsewhere {
            session: SessionView {
                serial,
                account: session.account.to_string(),
                account_name: self.directory.account_name(&session.account),
                mode: session.mode.into(),
                ticket: known.reason.ticket().map(str::to_owned),
                reason: known.reason.text().to_owned(),
                opened: ms(session.opened),
                ends: ms(session.ends),
            },
            staff: staff_ref(&session.staff, &self.directory.names),
            key: short(session.stands.key.0),
            mine: self.presence.as_ref().is_some_and(|presence| presence.staff == session.staff),
            here: self.sessions.contains_key(&serial),
        }
    }
}
