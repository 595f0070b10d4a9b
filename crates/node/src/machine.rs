//! What the machine has, as far as defaults depend on it.

use std::fs;

const MIB: usize = 1 << 20;

/// Bytes that one question may hold: a quarter of what the machine, or the container, has; between 256 MiB and 2 GiB.
pub(crate) fn memory_of_a_question() -> usize {
    let machine = fs::read_to_string("/proc/meminfo").ok().and_then(|text| total_of_meminfo(&text));
    let container = fs::read_to_string("/sys/fs/cgroup/memory.max").ok().and_then(|text| text.trim().parse().ok());
    share(machine.into_iter().chain(container).min())
}

fn share(total: Option<usize>) -> usize {
    total.map_or(1024 * MIB, |total| total / 4).clamp(256 * MIB, 2048 * MIB)
}

fn total_of_meminfo(text: &str) -> Option<usize> {
    let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kib: usize = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kib.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::{MIB, memory_of_a_question, share, total_of_meminfo};

    #[test]
    fn a_quarter_of_the_machine_within_bounds() {
        assert_eq!(total_of_meminfo("MemTotal:        4194304 kB\nMemFree: 12 kB\n"), Some(4096 * MIB));
        assert_eq!(total_of_meminfo("MemFree: 12 kB\n"), None);
        assert_eq!([Some(512 * MIB), Some(4096 * MIB), Some(64 * 1024 * MIB), None].map(share), [256 * MIB, 1024 * MIB, 2048 * MIB, 1024 * MIB]);
        assert!((256 * MIB..=2048 * MIB).contains(&memory_of_a_question()));
    }
}
