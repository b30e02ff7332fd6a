//! The two that run until they are told to stop.

use std::{path::Path, sync::Arc};

use doorward_server::{
    app::{App, SystemDice},
    config::{Config, CustomersConfig},
    mail::{Smtp, deliver},
    pages,
    rate::Limiter,
    router,
    secrets::development_certificate,
    stripe::Stripe,
    tls::{self, Files},
};
use tokio::{
    net::TcpListener,
    signal::unix::{Signal, SignalKind, signal},
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;

use crate::{fault::Fault, house::House};

/// Runs the server with the configuration at `path`.
pub async fn serve(path: &Path) -> Result<(), Fault> {
    let shutdown = told_to_stop()?;
    let house = House::open(path)?;
    let _hold = house.data.hold()?;
    let config = house.config.clone();
    let own = certificate(&house)?;
    let tls = tls::server_config(&own)?;
    let app = house.app()?;
    let limiter = Limiter::new(config.limits.rates, Box::new(SystemDice));
    let listener = TcpListener::bind(config.listen).await;
    let listener = listener.map_err(Fault::machine(format!("listen on {}", config.listen)))?;
    let tending = tokio::spawn(Arc::clone(&limiter).tend());
    let listens = listener.local_addr().map_err(Fault::machine("the listener's address"))?;
    tracing::info!(listen = %listens, url = config.url, "the server listens");
    let stop = CancellationToken::new();
    let pages = match config.customers.clone() {
        Some(customers) => Some(serve_customers(&config, customers, &own, &app, &limiter, stop.clone()).await?),
        None => None,
    };
    tls::serve(limiter.guard(router(app)), listener, tls, config.edge(), shutdown).await;
    stop.cancel();
    if let Some(pages) = pages {
        let _ended = pages.await;
    }
    tending.abort();
    tracing::info!("the server has stopped");
    Ok(())
}

/// The customers' pages beside it, and the mail they send, until `stop`.
async fn serve_customers(
    config: &Config,
    customers: CustomersConfig,
    own: &Files,
    app: &Arc<App>,
    limiter: &Arc<Limiter>,
    stop: CancellationToken,
) -> Result<JoinHandle<()>, Fault> {
    let tls = tls::page_config(customers.tls.as_ref().unwrap_or(own))?;
    let post = Arc::new(Smtp::new(&customers.mail)?);
    let listener = TcpListener::bind(customers.listen).await;
    let listener = listener.map_err(Fault::machine(format!("listen on {}", customers.listen)))?;
    let listens = listener.local_addr().map_err(Fault::machine("the listener's address"))?;
    tracing::info!(listen = %listens, url = customers.site.url, "the customers' pages listen");
    let stripe = customers.billing.as_ref().map(Stripe::new).transpose()?;
    let router = limiter.guard(pages(Arc::clone(app), customers.site, stripe));
    let (edge, postman) = (config.edge(), tokio::spawn(deliver(Arc::clone(app), post)));
    Ok(tokio::spawn(async move {
        tls::serve(router, listener, tls, edge, stop.cancelled_owned()).await;
        postman.abort();
    }))
}

fn certificate(house: &House) -> Result<Files, Fault> {
    if let Some(tls) = &house.config.tls {
        return Ok(tls.clone());
    }
    let host = house.config.host().unwrap_or_default();
    let made = development_certificate(&house.data, &host, house.now())?;
    tracing::warn!(ca = %made.ca.display(), "no certificate is configured: serving under the development CA");
    Ok(made.files)
}

/// Runs the gateway with the configuration at `path`.
pub async fn gateway(path: &Path) -> Result<(), Fault> {
    let shutdown = told_to_stop()?;
    let config = doorward_gateway::Config::read(path)?;
    doorward_gateway::run(config, shutdown).await?;
    tracing::info!("the gateway has stopped");
    Ok(())
}

/// Ready once SIGTERM or SIGINT has come.
pub fn told_to_stop() -> Result<impl Future<Output = ()> + Send, Fault> {
    let (mut terminate, mut interrupt) = (listen(SignalKind::terminate())?, listen(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("told to stop");
    })
}

fn listen(kind: SignalKind) -> Result<Signal, Fault> {
    signal(kind).map_err(Fault::machine("listen for signals"))
}
