//! Billing: an account pays at Stripe, and its plan follows what Stripe says of the subscription.

use std::sync::Arc;

use doorward_core::{feed::entry::What, grant::Plan, id::AccountId, time::Millis, wire::Code};
use serde::Deserialize;

use super::{
    super::{Answer, App, Refusal},
    UserCaller, earlier,
};
use crate::{
    store::billing,
    stripe::{AskFault, Stripe},
};

/// For how long a repeated event is known again. Stripe repeats one for three days.
const REMEMBERED: Millis = Millis::days(30);

/// The page Billing, in values.
pub struct BillingView {
    pub plan: Plan,
    /// Whether the account ever came to Stripe.
    pub known: bool,
    /// Whether leaving Premium would end a grant that is on now.
    pub ends_success: bool,
}

/// Where an admin goes at Stripe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Going {
    /// To pay for Premium.
    Checkout,
    /// To invoices, cards and the way out.
    Portal,
}

#[derive(Deserialize)]
struct Event {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    object: Object,
}

#[derive(Deserialize)]
struct Object {
    id: String,
    /// Of a Checkout session: the subscription it made.
    subscription: Option<String>,
}

impl Event {
    /// The subscription it is about, where it is about one.
    fn subscription(&self) -> Option<&str> {
        if self.kind.starts_with("customer.subscription.") {
            return Some(&self.data.object.id);
        }
        let paid = self.kind == "checkout.session.completed";
        self.data.object.subscription.as_deref().filter(|_| paid)
    }
}

impl App {
    /// What the caller's account pays for. Only its admins see it.
    pub async fn billing(self: &Arc<Self>, caller: &UserCaller) -> Answer<BillingView> {
        let account = pays(caller)?.clone();
        let of = account.clone();
        let known = self.read(move |db| billing::of(db, &of)).await?.is_some();
        let now = self.now();
        self.read_state(|state| {
            let known_account = state.account(&account).ok_or(Refusal::new(Code::NotSignedIn))?;
            let ends_success = known_account.success.as_ref().is_some_and(|grant| grant.until.holds(now));
            Ok(BillingView { plan: known_account.plan, known, ends_success })
        })
    }

    /// Where an admin of the account goes at Stripe, to come back to `back`. Whoever may not pay is told so first, whether or
    /// not there is somewhere to.
    pub async fn go_to_stripe(
        self: &Arc<Self>,
        stripe: Option<&Stripe>,
        caller: UserCaller,
        going: Going,
        back: &str,
    ) -> Answer<String> {
        let account = pays(&caller)?.clone();
        let stripe = stripe.ok_or(Refusal::new(Code::NotFound))?;
        let of = account.clone();
        let known = self.read(move |db| billing::of(db, &of)).await?.map(|row| row.customer);
        let customer = match known {
            Some(customer) => customer,
            None => {
                let (made, of) = (stripe.customer(&account).await?, account.clone());
                let kept = made.clone();
                self.commit(move |work| Ok((Vec::new(), billing::is_customer(work.tx, &of, &kept)?))).await?;
                made
            }
        };
        Ok(match going {
            Going::Checkout => stripe.checkout(&customer, &account, back).await?,
            Going::Portal => stripe.portal(&customer, back).await?,
        })
    }

    /// Takes what Stripe tells: the signature is verified, a repetition changes nothing, and the subscription is
    /// asked for as it stands now, so that events may come in any order.
    pub async fn hear_stripe(self: &Arc<Self>, stripe: &Stripe, signature: &str, body: &[u8]) -> Answer<()> {
        let refused = |fault| Refusal::new(Code::KeyRefused).because(fault);
        stripe.signing().verify(signature, body, self.now()).map_err(refused)?;
        let event: Event = serde_json::from_slice(body).map_err(|_| Refusal::bad("event"))?;
        let Some(subscription) = event.subscription() else { return Ok(()) };
        let id = event.id.clone();
        if self.read(move |db| billing::heard(db, &id)).await? {
            return Ok(());
        }
        let stands = stripe.subscription(subscription).await?;
        let done = self.commit(move |work| {
            if !billing::hear(work.tx, &event.id, work.now)? {
                return Ok((Vec::new(), ()));
            }
            billing::sweep(work.tx, earlier(work.now, REMEMBERED))?;
            // A customer of somebody else's who shares the Stripe account, perhaps: no matter of ours.
            let Some(account) = billing::account_of(work.tx, &stands.customer)? else { return Ok((Vec::new(), ())) };
            billing::stands(work.tx, &account, &stands.id, &stands.status)?;
            let plan = if stands.is_premium() { Plan::Premium } else { Plan::Standard };
            let known = work.state.account(&account).map(|known| known.plan);
            let changed = known.is_some_and(|known| known != plan);
            Ok((changed.then_some(What::PlanChanged { account, plan }).into_iter().collect(), ()))
        });
        done.await.map(|_| ())
    }
}

/// The account of a caller who may look after its plan.
fn pays(caller: &UserCaller) -> Answer<&AccountId> {
    if caller.administers() { Ok(&caller.account) } else { Err(Refusal::for_admins()) }
}

impl From<AskFault> for Refusal {
    fn from(fault: AskFault) -> Self {
        Self::new(Code::UpstreamUnreachable).because(fault)
    }
}
