//! A line to the server on which what is said can be held up, as on a bad day.

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinHandle,
};

/// The line. While it is held up nothing is lost on it, and nothing comes through.
pub struct Line {
    pub port: u16,
    flows: watch::Sender<bool>,
    work: JoinHandle<()>,
}

impl Line {
    /// A line to a port of this machine.
    pub async fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (own, (flows, told)) = (listener.local_addr().unwrap().port(), watch::channel(true));
        let work = tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let Ok(far) = TcpStream::connect(("127.0.0.1", port)).await else { continue };
                let ((near_reads, near_writes), (far_reads, far_writes)) = (near.into_split(), far.into_split());
                tokio::spawn(pass(near_reads, far_writes, told.clone()));
                tokio::spawn(pass(far_reads, near_writes, told.clone()));
            }
        });
        Self { port: own, flows, work }
    }

    pub fn hold_up(&self) {
        self.flows.send_replace(false);
    }

    pub fn let_go(&self) {
        self.flows.send_replace(true);
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.work.abort();
    }
}

async fn pass(
    mut from: impl AsyncReadExt + Unpin,
    mut to: impl AsyncWriteExt + Unpin,
    mut flows: watch::Receiver<bool>,
) {
    let mut bytes = [0; 16 * 1_024];
    while let Ok(read @ 1..) = from.read(&mut bytes).await {
        if flows.wait_for(|flows| *flows).await.is_err() || to.write_all(&bytes[..read]).await.is_err() {
            return;
        }
    }
}
