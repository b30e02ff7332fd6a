//! Ports for programs that are told where to listen.

use std::{io, net::Ipv4Addr};

use tokio::net::TcpSocket;

/// A port of the loopback that is given to nobody else while this is held. It is bound and not listened on: the program
/// it is for can listen there, and so can one that comes after it. Until then whoever connects is refused.
#[derive(Debug)]
pub struct HeldPort {
    port: u16,
    _socket: TcpSocket,
}

impl HeldPort {
    /// Holds a port that is free.
    pub fn new() -> io::Result<Self> {
        let socket = TcpSocket::new_v4()?;
        // Two may be bound to one port where both say so and neither listens yet (socket(7)).
        socket.set_reuseaddr(true)?;
        socket.bind((Ipv4Addr::LOCALHOST, 0).into())?;
        Ok(Self { port: socket.local_addr()?.port(), _socket: socket })
    }

    pub fn port(&self) -> u16 {
        self.port
    }
}

#[cfg(test)]
mod tests {
    use std::{
        collections::BTreeSet,
        net::{TcpListener, TcpStream},
    };

    use super::*;

    #[test]
    fn whoever_it_is_for_can_listen_there_again_and_again_and_nobody_else_is_given_it() {
        let held: Vec<_> = (0..200).map(|_| HeldPort::new().unwrap()).collect();
        let ports: BTreeSet<_> = held.iter().map(HeldPort::port).collect();
        assert_eq!(ports.len(), held.len());
        let others: Vec<_> = (0..2_000).map(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap()).collect();
        assert!(others.iter().all(|other| !ports.contains(&other.local_addr().unwrap().port())));
        for port in ports.into_iter().take(3) {
            assert!(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err());
            for _ in 0..2 {
                let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).unwrap();
                let _caller = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
                listener.accept().unwrap();
            }
        }
    }
}
