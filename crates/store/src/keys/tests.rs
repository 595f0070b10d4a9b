#![allow(clippy::unwrap_used)]

use super::*;
use tempfile::TempDir;

fn key(number: u64) -> DuplicateKey {
    DuplicateKey::of_parts("event", "person", 0, &number.to_string(), &mut Vec::new())
}

fn written(dir: &TempDir, count: u64) -> Keys {
    let path = dir.path().join("some.keys");
    let mut writer = KeysWriter::new(&path);
    (0..count).for_each(|number| writer.push(key(number)).unwrap());
    writer.finish().unwrap();
    Keys::open(&path).unwrap()
}

#[test]
fn finds_every_key_and_no_other() {
    let dir = TempDir::new().unwrap();
    // The last spills two runs.
    for count in [0, 1, 2, 3, 255, 256, 257, 5_000, 1_200_000] {
        let keys = written(&dir, count);
        let step = (count / 2_000).max(1) as usize;
        for number in (0..count).step_by(step) {
            assert!(keys.contains(key(number)).unwrap(), "key {number} of {count} is not found");
        }
        for number in count..count + 2_000 {
            assert!(!keys.contains(key(number)).unwrap(), "key {number} is found among {count}");
        }
    }
}

#[test]
fn parts_do_not_run_into_each_other() {
    let of = |name, id, insert| DuplicateKey::of_parts(name, id, 0, insert, &mut Vec::new());
    assert_ne!(of("ab", "c", "d"), of("a", "bc", "d"));
    assert_ne!(of("a", "bc", "d"), of("a", "b", "cd"));
}

#[test]
fn damage_is_noticed() {
    let dir = TempDir::new().unwrap();
    drop(written(&dir, 3_000));
    let path = dir.path().join("some.keys");
    let whole = std::fs::read(&path).unwrap();
    for at in (0..whole.len()).step_by(97) {
        let mut flipped = whole.clone();
        flipped[at] ^= 4;
        std::fs::write(&path, &flipped).unwrap();
        let seen = Keys::open(&path).and_then(|keys| (0..3_000).try_for_each(|number| keys.contains(key(number)).map(|found| assert!(found))));
        assert!(matches!(seen, Err(StoreError::Damaged { .. })), "a flipped bit at {at} was not noticed");
    }
}
