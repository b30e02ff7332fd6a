//! How the API shows things as JSON.

use serde_json::{Value, json};

use crate::world::{
    AccountData, Activity, ArchivedBody, Campaign, Device, Export, Membership, Message, Person, Segment,
};

pub(super) fn identifiers(person: &Person) -> Value {
    json!({ "email": person.email, "id": person.id, "cio_id": person.cio_id })
}

pub(super) fn person(person: &Person) -> Value {
    json!({ "customer": {
        "id": person.id,
        "identifiers": identifiers(person),
        "attributes": person.attributes,
        "timestamps": person.timestamps,
        "unsubscribed": person.unsubscribed,
        "devices": person.devices.iter().map(device).collect::<Vec<_>>(),
    }})
}

pub(super) fn activity(activity: &Activity) -> Value {
    let [cio_id, id, email] = &activity.person;
    json!({
        "id": activity.id,
        "type": activity.kind,
        "name": activity.name,
        "timestamp": activity.at,
        "customer_id": id,
        "customer_identifiers": { "email": email, "id": id, "cio_id": cio_id },
        "delivery_id": activity.delivery.as_ref().map(|(delivery, _)| delivery),
        "delivery_type": activity.delivery.as_ref().map(|(_, kind)| kind),
        "data": activity.data,
    })
}

pub(super) fn message(data: &AccountData, message: &Message) -> Value {
    let person = data.people.iter().find(|person| person.cio_id == message.person);
    json!({
        "id": message.id,
        "deduplicate_id": format!("{}:{}", message.id, message.created),
        "message_template_id": message.action,
        "customer_id": person.map(|person| &person.id),
        "customer_identifiers": person.map(identifiers),
        "recipient": message.recipient,
        "subject": message.subject,
        "type": message.kind,
        "metrics": message.metrics,
        "created": message.created,
        "failure_message": message.failure,
        "campaign_id": message.campaign,
        "newsletter_id": null,
        "broadcast_id": null,
        "action_id": message.action,
        "parent_action_id": null,
        "content_id": null,
        "trigger_event_id": null,
        "forgotten": person.is_none(),
    })
}

pub(super) fn archived(data: &AccountData, message: &Message) -> Value {
    let archived = ArchivedBody::of(data, message);
    json!({
        "id": message.id,
        "body": archived.body,
        "from": archived.from,
        "reply_to": archived.reply_to,
        "recipient": message.recipient,
        "subject": message.subject,
        "cc": "",
        "bcc": "",
        "preheader_text": archived.preheader,
        "url": null,
        "request_method": null,
        "headers": [],
        "forgotten": false,
    })
}

pub(super) fn segment(segment: &Segment) -> Value {
    json!({
        "id": segment.id,
        "workspace_id": segment.workspace,
        "deduplicate_id": format!("{}:{}", segment.id, segment.updated_at),
        "name": segment.name,
        "description": segment.description,
        "state": "finished",
        "progress": null,
        "type": match segment.membership { Membership::Rule { .. } => "dynamic", Membership::List(_) => "manual" },
        "tags": segment.tags,
        "created_at": segment.created_at,
        "updated_at": segment.updated_at,
    })
}

pub(super) fn campaign(campaign: &Campaign) -> Value {
    json!({
        "id": campaign.id,
        "workspace_id": campaign.workspace,
        "deduplicate_id": format!("{}:{}", campaign.id, campaign.updated),
        "name": campaign.name,
        "description": "",
        "type": campaign.kind,
        "created": campaign.created,
        "updated": campaign.updated,
        "active": campaign.state == "running",
        "state": campaign.state,
        "actions": campaign.actions.iter().map(|a| json!({ "type": a.kind, "id": a.id })).collect::<Vec<_>>(),
        "first_started": campaign.first_started,
        "tags": campaign.tags,
        "trigger_segment_ids": campaign.trigger_segments,
        "filter_segment_ids": [],
        "event_name": campaign.event_name,
    })
}

pub(super) fn actions(campaign: &Campaign) -> Vec<Value> {
    let shown = campaign.actions.iter().map(|action| {
        json!({
            "id": action.id,
            "campaign_id": campaign.id,
            "type": action.kind,
            "name": action.name,
            "subject": campaign.subject,
            "created": campaign.created,
            "updated": campaign.updated,
        })
    });
    shown.collect()
}

pub(super) fn export(export: &Export) -> Value {
    json!({
        "id": export.id,
        "total": export.total,
        "type": export.kind,
        "status": "done",
        "failed": false,
        "created_at": export.created,
        "downloads": 0,
    })
}

fn device(device: &Device) -> Value {
    json!({
        "id": device.id,
        "platform": device.platform,
        "last_used": device.last_used,
        "attributes": device.attributes,
    })
}
