//! What can be changed. Every change of a person leaves an activity, as it does at the real thing.

use std::collections::BTreeMap;

use axum::{
    Json,
    body::{Body, Bytes},
};
use futures::StreamExt;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{
    answers::{Answer, Fault},
    asked::{Asked, read_body},
    filter::as_text,
    shapes,
};
use crate::world::{AccountData, Activity, Export, Membership, Person, activity_id};

const MOST_IDS: usize = 1_000;

#[derive(Deserialize)]
struct Event {
    name: String,
    #[serde(default)]
    data: Value,
    timestamp: Option<i64>,
}

#[derive(Deserialize)]
struct Ids {
    ids: Vec<String>,
}

pub(super) async fn update_person(asked: Asked, body: Bytes) -> Answer {
    let mut changes: Map<String, Value> = read_body(&body)?;
    let only_update = changes.remove("_update").is_some_and(|flag| flag == Value::Bool(true));
    let now = asked.now();
    let mut data = asked.data();
    if data.person(asked.id()).is_none() {
        if only_update {
            return Ok(Json(json!({})));
        }
        create(&asked, &mut data, now)?;
    }
    let person = data.people.iter_mut().find(|person| person.is(asked.id())).ok_or(Fault::NotFound)?;
    let changed: Map<_, _> =
        changes.into_iter().filter_map(|(name, value)| change(person, name, &value, now)).collect();
    let person = person.clone();
    if !changed.is_empty() {
        note(&asked, &mut data, &person, "attribute_change", None, Value::Object(changed));
    }
    Ok(Json(json!({})))
}

/// Changes one attribute; nothing where it already was so. Null and the empty text take the attribute away.
fn change(person: &mut Person, name: String, value: &Value, now: i64) -> Option<(String, Value)> {
    let to = if value.is_null() { String::new() } else { as_text(value) };
    let from = person.attributes.get(&name).cloned().unwrap_or_default();
    // Who somebody is can be changed, but not taken away; the API's own id not even changed.
    let is_kept = name == "cio_id" || (matches!(name.as_str(), "id" | "email") && to.is_empty());
    if is_kept || from == to {
        return None;
    }
    match name.as_str() {
        "id" => person.id.clone_from(&to),
        "email" => person.email.clone_from(&to),
        "unsubscribed" => person.unsubscribed = to == "true",
        _ => {}
    }
    if to.is_empty() {
        person.attributes.remove(&name);
        person.timestamps.remove(&name);
    } else {
        person.set(&name, to.clone(), now);
    }
    Some((name, json!({ "from": from, "to": to })))
}

fn create(asked: &Asked, data: &mut AccountData, now: i64) -> Result<(), Fault> {
    let workspace = match asked.number("workspace_id")? {
        Some(id) => data.workspaces.iter().find(|one| i64::try_from(one.id) == Ok(id)),
        None => data.workspaces.first(),
    };
    let workspace = workspace.ok_or(Fault::NotFound)?.id;
    let identifier = asked.id().to_owned();
    let is_email = identifier.contains('@');
    let mut person = Person {
        workspace,
        cio_id: asked.dice().letters(12, b"0123456789abcdef"),
        email: if is_email { identifier.clone() } else { String::new() },
        id: if is_email { String::new() } else { identifier.clone() },
        attributes: BTreeMap::new(),
        timestamps: BTreeMap::new(),
        unsubscribed: false,
        devices: Vec::new(),
    };
    let cio_id = person.cio_id.clone();
    person.set("cio_id", cio_id, now);
    person.set(if is_email { "email" } else { "id" }, identifier, now);
    person.set("created_at", now.to_string(), now);
    data.people.push(person.clone());
    note(asked, data, &person, "profile_create", None, json!({}));
    Ok(())
}

pub(super) async fn delete_person(asked: Asked) -> Answer {
    let mut data = asked.data();
    remove(&asked, &mut data)?;
    Ok(Json(json!({})))
}

pub(super) async fn suppress(asked: Asked) -> Answer {
    let mut data = asked.data();
    let person = remove(&asked, &mut data)?;
    data.suppressed.insert(person.id);
    Ok(Json(json!({})))
}

pub(super) async fn unsuppress(asked: Asked) -> Answer {
    let was_there = asked.data().suppressed.remove(asked.id());
    if was_there { Ok(Json(json!({}))) } else { Err(Fault::NotFound) }
}

fn remove(asked: &Asked, data: &mut AccountData) -> Result<Person, Fault> {
    let place = data.people.iter().position(|person| person.is(asked.id())).ok_or(Fault::NotFound)?;
    let person = data.people.remove(place);
    note(asked, data, &person, "profile_delete", None, json!({}));
    Ok(person)
}

pub(super) async fn event(asked: Asked, body: Bytes) -> Answer {
    let event: Event = read_body(&body)?;
    if event.timestamp.is_some_and(|at| at > asked.now()) {
        return Err(Fault::BadRequest("timestamp"));
    }
    let mut data = asked.data();
    let person = data.person(asked.id()).ok_or(Fault::NotFound)?.clone();
    note(&asked, &mut data, &person, "event", Some(event.name), event.data);
    Ok(Json(json!({})))
}

pub(super) async fn add_to_segment(asked: Asked, body: Bytes) -> Answer {
    change_list(&asked, &body, |list, cio_id| list.insert(cio_id))
}

pub(super) async fn remove_from_segment(asked: Asked, body: Bytes) -> Answer {
    change_list(&asked, &body, |list, cio_id| list.remove(&cio_id))
}

fn change_list(
    asked: &Asked,
    body: &[u8],
    change: impl Fn(&mut std::collections::BTreeSet<String>, String) -> bool,
) -> Answer {
    let Ids { ids } = read_body(body)?;
    if !(1..=MOST_IDS).contains(&ids.len()) {
        return Err(Fault::BadRequest("ids"));
    }
    let (id, now) = (asked.number_id()?, asked.now());
    let mut data = asked.data();
    let people: Vec<_> = ids.iter().filter_map(|id| data.person(id).map(|p| (p.workspace, p.cio_id.clone()))).collect();
    let segment = data.segments.iter_mut().find(|segment| segment.id == id).ok_or(Fault::NotFound)?;
    let workspace = segment.workspace;
    let Membership::List(list) = &mut segment.membership else {
        return Err(Fault::Unprocessable("the segment is not kept by hand"));
    };
    for (_, cio_id) in people.into_iter().filter(|(own, _)| *own == workspace) {
        change(list, cio_id);
    }
    segment.updated_at = now;
    Ok(Json(json!({})))
}

pub(super) async fn create_export(asked: Asked) -> Answer {
    let created = asked.now();
    let mut data = asked.data();
    let id = u64::try_from(data.exports.len()).unwrap_or_default() + 1;
    let export = Export { id, kind: "customers", total: data.people.len(), created };
    let shown = shapes::export(&export);
    data.exports.push(export);
    Ok(Json(json!({ "export": shown })))
}

/// Takes a body of any size, piece by piece, and tells how much it was.
pub(super) async fn import(_asked: Asked, body: Body) -> Answer {
    let mut pieces = body.into_data_stream();
    let mut bytes = 0;
    while let Some(piece) = pieces.next().await {
        bytes += piece.map_err(|_| Fault::BadRequest("the body broke off"))?.len();
    }
    Ok(Json(json!({ "import": { "state": "imported", "bytes": bytes } })))
}

fn note(asked: &Asked, data: &mut AccountData, person: &Person, kind: &str, name: Option<String>, what: Value) {
    let activity = Activity {
        workspace: person.workspace,
        id: activity_id(&mut asked.dice()),
        kind: kind.to_owned(),
        name,
        at: asked.now(),
        person: person.identity(),
        delivery: None,
        data: what,
    };
    asked.upstream.0.streams.tell(&asked.account, &shapes::activity(&activity));
    data.note(activity);
}
