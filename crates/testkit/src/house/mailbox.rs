//! A mail server of the house's own: it takes whatever it is handed, and keeps the texts, in a folder too. No encryption,
//! no delivery.

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

use super::Fallible;

/// The mails that were taken, the oldest first.
#[derive(Clone)]
pub struct Mailbox {
    mails: Arc<Mutex<Vec<Mail>>>,
    folder: PathBuf,
}

/// A mail as it was taken.
#[derive(Clone)]
pub struct Mail {
    pub to: String,
    pub text: String,
}

impl Mailbox {
    /// Takes mail on a free port, and writes each into `folder`.
    pub(super) async fn open(folder: &Path) -> Fallible<(Self, SocketAddr)> {
        fs::create_dir_all(folder)?;
        let mailbox = Self { mails: Arc::default(), folder: folder.to_owned() };
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let (address, taking) = (listener.local_addr()?, mailbox.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let mailbox = taking.clone();
                tokio::spawn(async move { mailbox.talk(stream).await });
            }
        });
        Ok((mailbox, address))
    }

    /// The newest mail to `to`, taken out of the box.
    pub fn newest(&self, to: &str) -> Option<Mail> {
        let mut mails = self.mails.lock().unwrap_or_else(PoisonError::into_inner);
        let mail = mails.iter_mut().rfind(|mail| mail.to == to)?;
        let newest = mail.clone();
        // It stays, so that the next one has a number of its own; it is nobody's any more.
        mail.to.clear();
        Some(newest)
    }

    /// One talk (RFC 5321, as much as a client of this house needs).
    async fn talk(self, stream: TcpStream) -> Option<()> {
        let (read, mut write) = stream.into_split();
        let mut lines = BufReader::new(read).lines();
        write.write_all(b"220 house\r\n").await.ok()?;
        let mut to = String::new();
        while let Some(line) = lines.next_line().await.ok()? {
            let word = line.to_ascii_uppercase();
            if word.starts_with("RCPT TO:") {
                to = line.split_once('<')?.1.split_once('>')?.0.to_owned();
            }
            if word == "DATA" {
                write.write_all(b"354 go on\r\n").await.ok()?;
                let mut text = String::new();
                while let Some(line) = lines.next_line().await.ok()?.filter(|line| line != ".") {
                    text.push_str(line.strip_prefix('.').unwrap_or(&line));
                    text.push('\n');
                }
                let mail = Mail { to: to.clone(), text: plain(&text) };
                let mut mails = self.mails.lock().unwrap_or_else(PoisonError::into_inner);
                // A mail that cannot be written down is in the box all the same.
                let _written = fs::write(self.folder.join(format!("{:04}.txt", mails.len())), &mail.text);
                mails.push(mail);
            }
            let answer: &[u8] = if word == "QUIT" { b"221 bye\r\n" } else { b"250 ok\r\n" };
            write.write_all(answer).await.ok()?;
        }
        Some(())
    }
}

/// A text without its transfer encoding, where that is quoted-printable (RFC 2045, section 6.7).
fn plain(text: &str) -> String {
    if !text.to_ascii_lowercase().contains("quoted-printable") {
        return text.to_owned();
    }
    let joined = text.replace("=\n", "");
    let mut parts = joined.split('=');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        match part.get(..2).and_then(|digits| hex::decode(digits).ok()) {
            Some(byte) => {
                bytes.extend(byte);
                bytes.extend(part.bytes().skip(2));
            }
            None => {
                bytes.push(b'=');
                bytes.extend(part.bytes());
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_printable_is_undone() {
        let header = "Content-Transfer-Encoding: quoted-printable\n\n";
        assert_eq!(plain(&format!("{header}a=3Db caf=C3=\n=A9")), format!("{header}a=b café"));
        assert_eq!(plain("a=3D"), "a=3D");
    }
}
