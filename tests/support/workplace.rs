//! Where things are: the repository, the pinned tools, the built program, and a folder to work in.

use std::fs::{File, TryLockError};
use std::io::ErrorKind;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use super::failure::Failure;

/// The root of the repository.
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Where cargo builds to.
pub fn target() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
    repository().join(target)
}

/// A folder or file of the repository that has to be there.
pub fn required(path: &str) -> Result<PathBuf, Failure> {
    let path = repository().join(path);
    if path.exists() {
        Ok(path)
    } else {
        Err(Failure::MissingFile(path))
    }
}

/// A tool from `make tools`, or from the folder `KUBEBUILDER_ASSETS`.
pub fn tool(name: &str) -> Result<PathBuf, Failure> {
    let folder = match std::env::var_os("KUBEBUILDER_ASSETS") {
        Some(assets) if !assets.is_empty() => PathBuf::from(assets),
        _ => target().join("tools/bin"),
    };
    let path = folder.join(name);
    if path.exists() {
        Ok(path)
    } else {
        Err(Failure::MissingTool(path))
    }
}

/// The operator's program, as built together with the program that asks.
pub fn operator_program() -> Result<PathBuf, Failure> {
    // Cargo tells integration tests where it is; an example finds it one folder up.
    if let Some(path) = option_env!("CARGO_BIN_EXE_image-operator") {
        return Ok(path.into());
    }
    let this = std::env::current_exe().map_err(Failure::io("find out where this program is"))?;
    let folder = this.parent().and_then(Path::parent).unwrap_or(Path::new("."));
    let path = folder.join("image-operator");
    if path.exists() {
        Ok(path)
    } else {
        Err(Failure::MissingProgram(path))
    }
}

/// A folder that is this program's alone while it runs. What is in it stays when it ends, for people to read,
/// until the next program takes the folder and empties it.
pub struct Workplace {
    folder: PathBuf,
    _lock: File,
}

impl Workplace {
    /// Takes `folder`, emptied.
    ///
    /// # Errors
    /// [`Failure::InUse`] while another program has it.
    pub fn take(folder: PathBuf) -> Result<Self, Failure> {
        let path = folder.with_added_extension("lock");
        // The folder itself belongs to whoever has the lock, who may be about to empty it.
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(Failure::io(format!("make {}", parent.display())))?;
        }
        let lock = File::create(&path).map_err(Failure::io(format!("open {}", path.display())))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(Failure::InUse(folder)),
            Err(TryLockError::Error(source)) => {
                return Err(Failure::io(format!("lock {}", path.display()))(source));
            }
        }
        match std::fs::remove_dir_all(&folder) {
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            emptied => emptied.map_err(Failure::io(format!("empty {}", folder.display())))?,
        }
        std::fs::create_dir_all(&folder).map_err(Failure::io(format!("make {}", folder.display())))?;
        Ok(Self { folder, _lock: lock })
    }

    /// Takes the first free folder of this test program: the same one run after run, others only while several
    /// runs of it go on at once.
    pub fn for_tests() -> Result<Self, Failure> {
        let this = std::env::current_exe().map_err(Failure::io("find out where this program is"))?;
        let stem = this
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        // Cargo names test programs `name-<hash>`.
        let name = stem.rsplit_once('-').map_or(stem.as_str(), |(name, _)| name);
        let mut number = 0;
        loop {
            match Self::take(target().join(format!("clusters/{name}-{number}"))) {
                Err(Failure::InUse(_)) => number += 1,
                taken => return taken,
            }
        }
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// A path in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Writes a file into the folder.
    pub fn write(&self, name: &str, text: &str) -> Result<PathBuf, Failure> {
        let path = self.path(name);
        std::fs::write(&path, text).map_err(Failure::io(format!("write {}", path.display())))?;
        Ok(path)
    }
}

/// A port of 127.0.0.1 that nobody listens on right now, and that this program has not named before.
///
/// It lies below the ports that the kernel gives to outgoing connections and to listeners that name none, so nothing
/// takes it between this answer and its use.
pub fn free_port() -> Result<u16, Failure> {
    const FIRST: u32 = 20_000;
    const COUNT: u32 = 12_000;
    static NAMED: AtomicU32 = AtomicU32::new(0);
    // Programs that run side by side have process numbers close to each other; far apart they begin.
    let start = std::process::id().wrapping_mul(997);
    let mut refused = None;
    for _ in 0..COUNT {
        let offset = start.wrapping_add(NAMED.fetch_add(1, Ordering::Relaxed)) % COUNT;
        let port = u16::try_from(FIRST + offset).unwrap_or(u16::MAX);
        match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
            Ok(_) => return Ok(port),
            Err(error) => refused = Some(error),
        }
    }
    Err(Failure::io("find a free port")(
        refused.unwrap_or_else(|| std::io::ErrorKind::AddrInUse.into()),
    ))
}
