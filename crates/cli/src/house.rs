//! Composition: configuration, data directory, the machine's clock and dice become a server.

use std::{path::Path, sync::Arc};

use doorward_client::clocks::{Clocks, MachineClocks};
use doorward_core::time::UnixMs;
use doorward_server::{
    app::{
        App, AppParts, Clock, SshParts, SystemDice,
        users::{Hardness, UserParts},
    },
    config::Config,
    secrets::{DataDir, Keys},
};

use crate::fault::Fault;

/// The machine's wall clock, which an operator keeps right.
struct WallClock(MachineClocks);

impl Clock for WallClock {
    fn now(&self) -> UnixMs {
        self.0.wall()
    }
}

/// What the configuration names, opened.
pub struct House {
    pub config: Config,
    pub data: DataDir,
    clock: WallClock,
}

impl House {
    /// Reads the configuration at `path` and opens its data directory.
    pub fn open(path: &Path) -> Result<Self, Fault> {
        let config = Config::read(path)?;
        let data = DataDir::open(&config.data)?;
        let clock = WallClock(MachineClocks::new().map_err(Fault::machine("the machine's clocks"))?);
        Ok(Self { config, data, clock })
    }

    /// The time.
    pub fn now(&self) -> UnixMs {
        self.clock.now()
    }

    /// The signing keys.
    pub fn keys(&self) -> Result<Keys, Fault> {
        Ok(self.data.keys(&self.config.origin, &SystemDice)?)
    }

    /// The server's inside.
    pub fn app(self) -> Result<Arc<App>, Fault> {
        let Keys { log, freshness, tokens, users, ssh_ca: seed, .. } = self.keys()?;
        let (certificate, connection) = self.config.ssh.lengths();
        let sources = self.config.ssh.source_addresses.clone();
        let parts = AppParts {
            dice: Box::new(SystemDice),
            origin: self.config.origin.clone(),
            log,
            freshness,
            tokens,
            lengths: self.config.lengths(),
            relying_party: self.config.relying_party()?,
            users: UserParts {
                url: self.config.customers.as_ref().map(|on| on.site.url.clone()).unwrap_or_default(),
                secret: users,
                hardness: Hardness::default(),
                providers: self.config.providers()?,
            },
            ssh: SshParts { seed, certificate, connection, sources },
            database: self.data.database(),
            clock: Box::new(self.clock),
        };
        Ok(App::open(parts)?)
    }
}
