//! A FIDO2 key in software, plugged in over USB/IP on 127.0.0.1:3240. NO SECURITY: its memory is lost when it ends.
//!
//! The key is not ours: it is Trussed's `fido-authenticator`, the firmware family of real keys, so that our client is tried against
//! what others wrote. keysim-usbip CERTIFICATE KEY TOUCH: the attestation, and the file that says how touches are given:
//! `auto`, `never`, `delay MS`.

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use fido_authenticator::{Authenticator, Config, Conforming, FirmwareVersion};
use littlefs2::{
    const_ram_storage,
    fs::{Allocation, Filesystem},
};
use littlefs2_core::{DynFilesystem, path};
use trussed::{
    backend::BackendId,
    pipe::{ServiceEndpoint, TrussedChannel},
    platform::{Platform as _, UserInterface},
    service::Service,
    types::{CoreContext, ui::Status},
};
use trussed_core::types::{consent::Level, reboot::To};
use trussed_staging::{
    StagingContext,
    virt::{BackendIds, Dispatcher},
};
use trussed_usbip::{Builder, Client, Platform, Store, Syscall, usb::Options};

const_ram_storage!(RamStorage, 512 * 128);

fn ram_filesystem() -> &'static dyn DynFilesystem {
    let storage = Box::leak(Box::new(RamStorage::new()));
    Filesystem::format(storage).expect("memory can be formatted");
    let allocation = Box::leak(Box::new(Allocation::new()));
    Box::leak(Box::new(Filesystem::mount(allocation, storage).expect("formatted memory can be mounted")))
}

/// The finger on the key.
struct Finger {
    file: PathBuf,
    waiting_since: Option<Instant>,
    start: Instant,
}

impl UserInterface for Finger {
    fn check_user_presence(&mut self) -> Level {
        let manner = std::fs::read_to_string(&self.file).unwrap_or_else(|_| "auto".to_owned());
        let since = *self.waiting_since.get_or_insert_with(Instant::now);
        let touched = match manner.trim().split_once(' ') {
            Some(("delay", ms)) => since.elapsed() >= Duration::from_millis(ms.parse().unwrap_or(0)),
            _ => manner.trim() != "never",
        };
        if !touched {
            return Level::None;
        }
        self.waiting_since = None;
        Level::Normal
    }

    fn set_status(&mut self, status: Status) {
        let waiting = status == Status::WaitingForUserPresence;
        if !waiting {
            self.waiting_since = None;
        }
        trussed_usbip::set_waiting(waiting);
    }

    fn refresh(&mut self) {}

    fn uptime(&mut self) -> Duration {
        self.start.elapsed()
    }

    fn reboot(&mut self, _: To) -> ! {
        std::process::exit(3)
    }

    fn wink(&mut self, _: Duration) {}
}

struct Apps {
    fido: Authenticator<Conforming, Client<Dispatcher>>,
}

impl trussed_usbip::Apps<'static, Dispatcher> for Apps {
    type Data = ();

    fn new(
        _: &mut Service<Platform, Dispatcher>,
        endpoints: &mut Vec<ServiceEndpoint<'static, BackendIds, StagingContext>>,
        syscall: Syscall,
        (): (),
    ) -> Self {
        static CHANNEL: TrussedChannel = TrussedChannel::new();
        let (requester, responder) = CHANNEL.split().expect("there is one app");
        let backends = &[BackendId::Custom(BackendIds::StagingBackend), BackendId::Core];
        endpoints.push(ServiceEndpoint::new(responder, CoreContext::new(path!("fido").into()), backends));
        let config = Config {
            max_msg_size: ctaphid_dispatch::DEFAULT_MESSAGE_SIZE,
            skip_up_timeout: None,
            max_resident_credential_count: Some(50),
            large_blobs: None,
            nfc_transport: false,
            ccid_transport: false,
            firmware_version: Some(FirmwareVersion::new(1)),
            credential_id_version: None,
            long_touch_for_reset: false,
            fido2_up_timeout: Some(30_000),
        };
        Self { fido: Authenticator::new(Client::new(requester, syscall, None), Conforming {}, config) }
    }

    fn with_ctaphid_apps<T>(
        &mut self,
        act: impl FnOnce(&mut [&mut dyn ctaphid_dispatch::app::App<'static>]) -> T,
    ) -> T {
        act(&mut [&mut self.fido])
    }
}

fn main() {
    env_logger::init();
    let args: Vec<String> = std::env::args().collect();
    let [_, certificate, key, touch] = args.as_slice() else { panic!("keysim-usbip CERTIFICATE KEY TOUCH") };
    let store = Store { ifs: ram_filesystem(), efs: ram_filesystem(), vfs: ram_filesystem() };
    for (to, from) in [(path!("fido/x5c/00"), certificate), (path!("fido/sec/00"), key)] {
        store.ifs.create_dir_all(&to.parent().expect("it has a folder")).expect("memory has room");
        store.ifs.write(to, &std::fs::read(from).expect("the attestation can be read")).expect("memory has room");
    }
    let mut platform = Platform::new(store);
    let finger = Finger { file: touch.into(), waiting_since: None, start: Instant::now() };
    platform.user_interface().set_inner(Box::new(finger));
    let options = Options {
        manufacturer: Some("Doorward keylab"),
        product: Some("Software FIDO2 key"),
        serial_number: None,
        vid: 0x1209,
        pid: 0x0001,
    };
    Builder::with_default_usb_classes(options).dispatch(Dispatcher::default()).build::<Apps>().exec(platform, ());
}
