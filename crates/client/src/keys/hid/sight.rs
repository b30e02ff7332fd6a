//! Whether a key is plugged in, and may be opened: the library says neither. It opens nothing.

use std::{fs, path::Path};

/// What can be seen of keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    Nothing,
    /// There are keys, and this user may open none of them.
    Forbidden,
    Key,
}

/// The first bytes of a FIDO device's report descriptor: usage page F1D0.
const FIDO: [u8; 3] = [0x06, 0xd0, 0xf1];

/// Looks at this machine. Where keys cannot be seen without asking the library, one may be there.
pub fn look() -> Sight {
    if cfg!(target_os = "linux") { look_in(Path::new("/sys/class/hidraw"), Path::new("/dev")) } else { Sight::Key }
}

fn look_in(sys: &Path, dev: &Path) -> Sight {
    let Ok(devices) = fs::read_dir(sys) else { return Sight::Nothing };
    let keys = devices.flatten().filter(|device| is_key(&device.path()));
    keys.fold(Sight::Nothing, |sight, key| match sight {
        Sight::Key => Sight::Key,
        Sight::Nothing | Sight::Forbidden if is_mine(&dev.join(key.file_name())) => Sight::Key,
        Sight::Nothing | Sight::Forbidden => Sight::Forbidden,
    })
}

fn is_key(device: &Path) -> bool {
    let descriptor = fs::read(device.join("device/report_descriptor"));
    descriptor.is_ok_and(|bytes| bytes.windows(FIDO.len()).any(|window| window == FIDO))
}

fn is_mine(node: &Path) -> bool {
    use rustix::fs::{Access, access};
    access(node, Access::READ_OK | Access::WRITE_OK).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plug(root: &Path, name: &str, descriptor: &[u8], with_node: bool) {
        fs::create_dir_all(root.join("sys").join(name).join("device")).unwrap();
        fs::write(root.join("sys").join(name).join("device/report_descriptor"), descriptor).unwrap();
        fs::create_dir_all(root.join("dev")).unwrap();
        if with_node {
            fs::write(root.join("dev").join(name), "").unwrap();
        }
    }

    fn seen(root: &Path) -> Sight {
        look_in(&root.join("sys"), &root.join("dev"))
    }

    #[test]
    fn a_key_is_told_from_a_mouse_and_from_nothing() {
        let root = tempfile::tempdir().unwrap();
        assert_eq!(seen(root.path()), Sight::Nothing);
        plug(root.path(), "hidraw0", &[0x05, 0x01, 0x09, 0x02, 0xa1, 0x01], true);
        assert_eq!(seen(root.path()), Sight::Nothing);
        plug(root.path(), "hidraw1", &[0x06, 0xd0, 0xf1, 0x09, 0x01, 0xa1, 0x01], true);
        assert_eq!(seen(root.path()), Sight::Key);
    }

    #[test]
    fn a_key_that_may_not_be_opened_is_seen_as_such() {
        let root = tempfile::tempdir().unwrap();
        plug(root.path(), "hidraw0", &[0x06, 0xd0, 0xf1, 0x09, 0x01], false);
        assert_eq!(seen(root.path()), Sight::Forbidden);
        plug(root.path(), "hidraw1", &[0x06, 0xd0, 0xf1, 0x09, 0x01], true);
        assert_eq!(seen(root.path()), Sight::Key, "another one may");
    }
}
