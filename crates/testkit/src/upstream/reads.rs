//! What can be read: workspaces, people, activities, messages, segments, campaigns, exports.

use axum::{Json, body::Bytes};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    answers::{Answer, Fault},
    asked::{Asked, read_body},
    filter::Filter,
    shapes,
};
use crate::world::{AccountData, Campaign, Message, Person, Segment, Workspace};

const MOST: usize = 1_000;
const MOST_ACTIVITIES: usize = 100;
const MOST_AT_ONCE: usize = 100;
const SIX_MONTHS: i64 = 183 * 86_400;

#[derive(Deserialize)]
struct Search {
    filter: Filter,
}

#[derive(Deserialize)]
struct Ids {
    ids: Vec<String>,
}

pub(super) async fn workspaces(asked: Asked) -> Answer {
    let data = asked.data();
    let shown: Vec<_> = data.workspaces.iter().map(|one| workspace(&data, one)).collect();
    Ok(Json(json!({ "workspaces": shown })))
}

fn workspace(data: &AccountData, one: &Workspace) -> Value {
    let sent = data.messages.iter().filter(|m| m.workspace == one.id && m.metrics.contains_key("sent")).count();
    json!({
        "id": one.id,
        "name": one.name,
        "messages_sent": sent,
        "billable_messages_sent": sent,
        "people": data.people.iter().filter(|person| person.workspace == one.id).count(),
        "object_types": 0,
        "objects": 0,
    })
}

pub(super) async fn people_by_email(asked: Asked) -> Answer {
    let email = asked.text("email").ok_or(Fault::BadRequest("email"))?;
    let data = asked.data();
    let found = data.people.iter().filter(|person| person.email.eq_ignore_ascii_case(email));
    Ok(Json(json!({ "results": found.map(shapes::identifiers).collect::<Vec<_>>() })))
}

pub(super) async fn search(asked: Asked, body: Bytes) -> Answer {
    let Search { filter } = read_body(&body)?;
    let data = asked.data();
    filter.check(&data)?;
    let found = data.people.iter().filter(|p| asked.wants_workspace(p.workspace) && filter.takes(&data, p));
    Ok(Json(identifier_page(asked.page(found, MOST)?)))
}

fn identifier_page((people, next): (Vec<&Person>, String)) -> Value {
    let ids: Vec<_> = people.iter().map(|person| &person.id).collect();
    let identifiers: Vec<_> = people.iter().map(|person| shapes::identifiers(person)).collect();
    json!({ "identifiers": identifiers, "ids": ids, "next": next })
}

pub(super) async fn people(asked: Asked, body: Bytes) -> Answer {
    let Ids { ids } = read_body(&body)?;
    if !(1..=MOST_AT_ONCE).contains(&ids.len()) {
        return Err(Fault::BadRequest("ids"));
    }
    let data = asked.data();
    let found = ids.iter().filter_map(|id| find(&asked, &data, id).ok());
    Ok(Json(json!({ "customers": found.map(shapes::person).collect::<Vec<_>>() })))
}

pub(super) async fn person(asked: Asked) -> Answer {
    let data = asked.data();
    Ok(Json(shapes::person(find(&asked, &data, asked.id())?)))
}

pub(super) async fn person_segments(asked: Asked) -> Answer {
    let data = asked.data();
    let person = find(&asked, &data, asked.id())?;
    let own = data.segments.iter().filter(|segment| data.is_in(person, segment));
    Ok(Json(json!({ "segments": own.map(shapes::segment).collect::<Vec<_>>() })))
}

pub(super) async fn person_messages(asked: Asked) -> Answer {
    let data = asked.data();
    let cio_id = find(&asked, &data, asked.id())?.cio_id.clone();
    message_page(&asked, &data, |message| message.person == cio_id)
}

pub(super) async fn person_activities(asked: Asked) -> Answer {
    let data = asked.data();
    let cio_id = find(&asked, &data, asked.id())?.cio_id.clone();
    activity_page(&asked, &data, Some(&cio_id))
}

pub(super) async fn activities(asked: Asked) -> Answer {
    let data = asked.data();
    let wanted = asked.text("customer_id").map(|id| find(&asked, &data, id).map(|person| person.cio_id.clone()));
    activity_page(&asked, &data, wanted.transpose()?.as_deref())
}

fn activity_page(asked: &Asked, data: &AccountData, cio_id: Option<&str>) -> Answer {
    let found = data.activities.iter().filter(|activity| {
        asked.wants_workspace(activity.workspace)
            && cio_id.is_none_or(|id| activity.person.first().is_some_and(|own| own == id))
            && asked.text("type").is_none_or(|kind| activity.kind == kind)
            && asked.text("name").is_none_or(|name| activity.name.as_deref() == Some(name))
    });
    let (page, next) = asked.page(found, MOST_ACTIVITIES)?;
    Ok(Json(json!({ "activities": page.into_iter().map(shapes::activity).collect::<Vec<_>>(), "next": next })))
}

pub(super) async fn messages(asked: Asked) -> Answer {
    let campaign = asked.number("campaign_id")?;
    let data = asked.data();
    message_page(&asked, &data, |message| campaign.is_none_or(|id| i64::try_from(message.campaign) == Ok(id)))
}

fn message_page(asked: &Asked, data: &AccountData, wanted: impl Fn(&Message) -> bool) -> Answer {
    let now = asked.now();
    let from = asked.number("start_ts")?.unwrap_or(now - SIX_MONTHS);
    let until = asked.number("end_ts")?.unwrap_or(now);
    let found = data.messages.iter().filter(|message| {
        asked.wants_workspace(message.workspace)
            && (from..=until).contains(&message.created)
            && asked.text("type").is_none_or(|kind| message.kind == kind)
            && asked.text("metric").is_none_or(|metric| message.metrics.contains_key(metric))
            && wanted(message)
    });
    let (page, next) = asked.page(found, MOST)?;
    let shown: Vec<_> = page.into_iter().map(|message| shapes::message(data, message)).collect();
    Ok(Json(json!({ "messages": shown, "next": next })))
}

pub(super) async fn message(asked: Asked) -> Answer {
    let data = asked.data();
    let message = data.messages.iter().find(|message| message.id == asked.id()).ok_or(Fault::NotFound)?;
    Ok(Json(json!({ "message": shapes::message(&data, message) })))
}

pub(super) async fn archived_message(asked: Asked) -> Answer {
    let data = asked.data();
    let message = data.messages.iter().find(|message| message.id == asked.id()).ok_or(Fault::NotFound)?;
    Ok(Json(json!({ "archived_message": shapes::archived(&data, message) })))
}

pub(super) async fn segments(asked: Asked) -> Answer {
    let data = asked.data();
    let found = data.segments.iter().filter(|segment| asked.wants_workspace(segment.workspace));
    Ok(Json(json!({ "segments": found.map(shapes::segment).collect::<Vec<_>>() })))
}

pub(super) async fn segment(asked: Asked) -> Answer {
    let data = asked.data();
    Ok(Json(json!({ "segment": shapes::segment(find_segment(&asked, &data)?) })))
}

pub(super) async fn segment_people(asked: Asked) -> Answer {
    let data = asked.data();
    let segment = find_segment(&asked, &data)?;
    Ok(Json(identifier_page(asked.page(data.people.iter().filter(|person| data.is_in(person, segment)), MOST)?)))
}

pub(super) async fn segment_count(asked: Asked) -> Answer {
    let data = asked.data();
    let segment = find_segment(&asked, &data)?;
    Ok(Json(json!({ "count": data.people.iter().filter(|person| data.is_in(person, segment)).count() })))
}

fn find_segment<'d>(asked: &Asked, data: &'d AccountData) -> Result<&'d Segment, Fault> {
    let id = asked.number_id()?;
    data.segments.iter().find(|segment| segment.id == id).ok_or(Fault::NotFound)
}

pub(super) async fn campaigns(asked: Asked) -> Answer {
    let data = asked.data();
    let found = data.campaigns.iter().filter(|campaign| asked.wants_workspace(campaign.workspace));
    Ok(Json(json!({ "campaigns": found.map(shapes::campaign).collect::<Vec<_>>() })))
}

pub(super) async fn campaign(asked: Asked) -> Answer {
    let data = asked.data();
    Ok(Json(json!({ "campaign": shapes::campaign(find_campaign(&asked, &data)?) })))
}

pub(super) async fn campaign_actions(asked: Asked) -> Answer {
    let data = asked.data();
    Ok(Json(json!({ "actions": shapes::actions(find_campaign(&asked, &data)?), "next": "" })))
}

pub(super) async fn campaign_messages(asked: Asked) -> Answer {
    let data = asked.data();
    let id = find_campaign(&asked, &data)?.id;
    message_page(&asked, &data, |message| message.campaign == id)
}

fn find_campaign<'d>(asked: &Asked, data: &'d AccountData) -> Result<&'d Campaign, Fault> {
    let id = asked.number_id()?;
    data.campaigns.iter().find(|campaign| campaign.id == id).ok_or(Fault::NotFound)
}

pub(super) async fn exports(asked: Asked) -> Answer {
    Ok(Json(json!({ "exports": asked.data().exports.iter().map(shapes::export).collect::<Vec<_>>() })))
}

pub(super) async fn export(asked: Asked) -> Answer {
    let id = asked.number_id()?;
    let data = asked.data();
    let export = data.exports.iter().find(|export| export.id == id).ok_or(Fault::NotFound)?;
    Ok(Json(json!({ "export": shapes::export(export) })))
}

pub(super) async fn region() -> Answer {
    Ok(Json(json!({ "region": "eu" })))
}

/// By the kind of identifier that `id_type` names: `id` where it is missing.
fn find<'d>(asked: &Asked, data: &'d AccountData, identifier: &str) -> Result<&'d Person, Fault> {
    let fits = |person: &&Person| match asked.text("id_type") {
        None | Some("id") => person.id == identifier,
        Some("email") => person.email.eq_ignore_ascii_case(identifier),
        Some("cio_id") => person.cio_id == identifier,
        Some(_) => false,
    };
    data.people.iter().find(fits).ok_or(Fault::NotFound)
}
