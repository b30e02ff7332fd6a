//! What is asked on the terminal. Standard input and output are `ssh`'s alone, so everything goes by the terminal itself; a
//! PIN is not shown, and kept nowhere.

use std::{
    fs::File,
    io::{self, Read, Write},
    sync::{Arc, Mutex, PoisonError},
    thread,
};

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use secrecy::{SecretBox, SecretString};
use tokio::sync::oneshot;

use crate::fault::Fault;

const TTY: &str = "/dev/tty";
/// Longest line that is read.
const LONGEST: usize = 1_024;

/// The terminal.
#[derive(Clone)]
pub struct Prompt {
    tty: Arc<File>,
    /// As it was before what is typed was hidden.
    shown: Arc<Mutex<Option<Termios>>>,
}

impl Prompt {
    /// The terminal this was started in. Without one there is nobody to ask.
    pub fn open() -> Result<Self, Fault> {
        let tty = File::options().read(true).write(true).open(TTY);
        let tty = tty.map_err(|_| {
            Fault::Refused("there is no terminal to ask on, and a key is touched by somebody".to_owned())
        })?;
        Ok(Self { tty: Arc::new(tty), shown: Arc::default() })
    }

    /// Says something.
    pub fn say(&self, text: &str) -> Result<(), Fault> {
        (&*self.tty).write_all(text.as_bytes()).map_err(Fault::machine("write to the terminal"))
    }

    /// What is typed, up to the line's end.
    pub async fn ask(&self, text: &str) -> Result<String, Fault> {
        self.say(text)?;
        let line = self.line().await?;
        Ok(String::from_utf8_lossy(secrecy::ExposeSecret::expose_secret(&line)).into_owned())
    }

    /// What is typed and not shown.
    pub async fn ask_secretly(&self, text: &str) -> Result<SecretString, Fault> {
        self.hide()?;
        // Only now does anybody begin to type.
        self.say(text)?;
        let line = self.line().await;
        self.restore();
        self.say("\n")?;
        let line = line?;
        let secret = std::str::from_utf8(secrecy::ExposeSecret::expose_secret(&line)).map(SecretString::from);
        secret.map_err(|_| Fault::Refused("what was typed is no text".to_owned()))
    }

    /// Shows again what is typed.
    pub fn restore(&self) {
        let shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(shown) = shown {
            // A terminal that is gone shows nothing in any case.
            let _gone = tcsetattr(&*self.tty, OptionalActions::Now, &shown);
        }
    }

    fn hide(&self) -> Result<(), Fault> {
        let unusable = |fault: rustix::io::Errno| Fault::machine("the terminal")(fault.into());
        let shown = tcgetattr(&*self.tty).map_err(unusable)?;
        let mut hidden = shown.clone();
        hidden.local_modes.remove(LocalModes::ECHO);
        *self.shown.lock().unwrap_or_else(PoisonError::into_inner) = Some(shown);
        tcsetattr(&*self.tty, OptionalActions::Now, &hidden).map_err(unusable)
    }

    /// A line, read on a thread of its own: whoever goes meanwhile does not wait for it.
    async fn line(&self) -> Result<SecretBox<Vec<u8>>, Fault> {
        let (send, read) = oneshot::channel();
        let tty = Arc::clone(&self.tty);
        thread::spawn(move || {
            let _gone = send.send(read_line(&tty));
        });
        let line = read.await.map_err(|_| Fault::Refused("the terminal is gone".to_owned()))?;
        line.map_err(Fault::machine("read from the terminal"))
    }
}

fn read_line(mut tty: &File) -> io::Result<SecretBox<Vec<u8>>> {
    // All of it at once, so that nothing typed is left where the text grew out of its place.
    let mut line = SecretBox::new(Box::new(Vec::with_capacity(LONGEST)));
    let text = secrecy::ExposeSecretMut::expose_secret_mut(&mut line);
    let mut byte = [0];
    loop {
        match tty.read(&mut byte)? {
            0 if text.is_empty() => return Err(io::ErrorKind::UnexpectedEof.into()),
            0 => return Ok(line),
            _ if byte == *b"\n" => return Ok(line),
            _ if text.len() < LONGEST => text.extend_from_slice(&byte),
            _ => return Err(io::ErrorKind::InvalidInput.into()),
        }
    }
}
