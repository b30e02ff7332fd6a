//! A stand for the browser tests of the customers' pages: the server's inside on a clock that stands still, its pages
//! behind the real listener, its mail kept in memory, and around it a Stripe and companies that sign their own people
//! in. NO SECURITY: fixed keys, weak passwords, software staff keys.
//!
//! The first line it prints is where the pages are, and the port of whoever else is on the network. Then each line of JSON on its standard input is something to do,
//! and is answered by one line. It ends with its input.
//!
//! Its one argument, a line of JSON too, may say what time it is, and which accounts sign in at their own company. With
//! `certificate` it makes one for loopback in that folder, says where it is, and does nothing else.
#![allow(clippy::print_stdout, reason = "what it prints is what it answers")]

mod house;
mod outside;
mod staff;

use std::io::BufRead;

use doorward_testkit::house::Fallible;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use self::house::{Asked, House};

#[tokio::main]
async fn main() -> Fallible<()> {
    // Stripe is asked over a connection that takes the process' own.
    let _one = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let asked = std::env::args().nth(1).map_or(Ok(Asked::default()), |asked| serde_json::from_str(&asked))?;
    if let Some(folder) = &asked.certificate {
        println!("{}", house::certificate(folder, asked.now())?);
        return Ok(());
    }
    let house = House::build(asked).await?;
    println!("{}", json!({"url": house.url, "outside": house.outside_at.port()}));
    let (lines, mut asked) = mpsc::channel(1);
    std::thread::spawn(move || {
        let sent = std::io::stdin().lock().lines().map_while(Result::ok);
        sent.map(|line| lines.blocking_send(line)).take_while(Result::is_ok).for_each(drop);
    });
    while let Some(line) = asked.recv().await {
        match done(&house, &line).await {
            Ok(answer) => println!("{}", json!({"ok": answer})),
            Err(fault) => println!("{}", json!({"fault": fault.to_string()})),
        }
    }
    Ok(())
}

async fn done(house: &House, line: &str) -> Fallible<Value> {
    let ask: Value = serde_json::from_str(line)?;
    let text = |name: &str| ask.get(name).and_then(Value::as_str).ok_or(format!("there is no {name}"));
    let is = |name: &str| ask.get(name).and_then(Value::as_bool).unwrap_or_default();
    match text("do")? {
        // An account, or another plan for it.
        "account" => {
            let body = json!({"name": text("name")?, "plan": text("plan")?});
            house.as_vendor("PUT", &format!("accounts/{}", text("account")?), body).await
        }
        "user" => {
            let body = json!({"email": text("email")?, "name": text("name")?, "membership": text("membership")?});
            house.as_vendor("PUT", &format!("accounts/{}/users/{}", text("account")?, text("user")?), body).await
        }
        "advance" => house.advance(ask.get("ms").and_then(Value::as_u64).ok_or("there is no ms")?),
        "letters" => house.letters().await,
        // A staff member of the role enters the account for the reason.
        "enter" => house.enter(text("account")?, text("role")?, ask.get("reason").ok_or("there is no reason")?).await,
        // What a gateway noted of what is done in a session.
        "note" => {
            let session = ask.get("session").and_then(Value::as_u64).ok_or("there is no session")?;
            house.note(session, ask.get("what").ok_or("there is no what")?).await
        }
        "trust" => House::trust(),
        "stripe-tells" => house.stripe_tells(text("account")?, text("status")?).await,
        "stripe-is" => {
            house.outside.shop.is_up(is("up"));
            Ok(json!({}))
        }
        "company-is" => {
            house.outside.companies.behave(text("account")?, is("up"), is("forges"));
            Ok(json!({}))
        }
        other => Err(format!("nobody here can {other}").into()),
    }
}
