//! What the operator's process uses, as `/proc` tells it.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use super::support::Operator;

/// Clock ticks of `/proc/<pid>/stat` per second: `USER_HZ` is 100 wherever Linux runs today.
const TICKS_PER_SECOND: u32 = 100;

/// A process in `/proc`.
pub(crate) struct Process(PathBuf);

impl Process {
    /// The process that serves this operator's probes.
    pub(crate) fn of(operator: &Operator) -> Self {
        let address = operator.url("").replace("http://", "");
        let listens = format!("--listen={address}");
        let is_it = |folder: &PathBuf| {
            let arguments = fs::read_to_string(folder.join("cmdline")).unwrap_or_default();
            // The script that watches over it has the same arguments after its own.
            let mut arguments = arguments.split('\0');
            let program = arguments.next().unwrap_or_default();
            program.ends_with("image-operator") && arguments.any(|argument| argument == listens)
        };
        let mut folders = fs::read_dir("/proc").unwrap().map(|entry| entry.unwrap().path());
        Self(folders.find(is_it).expect("the operator runs"))
    }

    /// The processor time that it has used so far.
    pub(crate) fn cpu(&self) -> Duration {
        let stat = fs::read_to_string(self.0.join("stat")).unwrap();
        // Behind the name of the program, which may hold anything: utime and stime are fields 14 and 15 of all.
        let (_, fields) = stat.rsplit_once(") ").unwrap();
        let ticks: u32 = fields
            .split(' ')
            .skip(11)
            .take(2)
            .map(|ticks| ticks.parse::<u32>().unwrap())
            .sum();
        Duration::from_secs(1) * ticks / TICKS_PER_SECOND
    }

    /// Resident memory now, and the most so far, in mebibytes.
    pub(crate) fn memory(&self) -> (u64, u64) {
        let status = fs::read_to_string(self.0.join("status")).unwrap();
        let mebibytes = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
            let kibibytes: u64 = line.trim().trim_end_matches(" kB").parse().unwrap();
            kibibytes / 1_024
        };
        (mebibytes("VmRSS:"), mebibytes("VmHWM:"))
    }
}
