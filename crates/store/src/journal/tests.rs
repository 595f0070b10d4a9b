#![allow(clippy::unwrap_used)]

use super::*;
use crate::Faults;
use proptest::prelude::*;
use tempfile::TempDir;

fn open(dir: &Path) -> Arc<Folder> {
    Arc::new(Folder::open(dir, Faults::default()).unwrap())
}

fn read_back(folder: &Folder) -> (Vec<Record>, ScanReport) {
    let mut records = Vec::new();
    let report = scan(folder, &mut |record| {
        records.push(record);
        Ok(())
    })
    .unwrap();
    (records, report)
}

fn payload(number: u64) -> Vec<u8> {
    // Every third is large enough to be packed.
    let text = format!("record {number} ");
    if number.is_multiple_of(3) { text.repeat(80).into_bytes() } else { text.into_bytes() }
}

/// Writes `count` records, two a group, and returns the file and the offset at which each record ends.
fn write_records(dir: &Path, count: u64) -> (PathBuf, Vec<usize>) {
    let folder = open(dir);
    let mut journal = Journal::start(Arc::clone(&folder), ScanReport::default(), 1, 1 << 30).unwrap();
    let mut ends = Vec::new();
    let mut end = HEADER_BYTES;
    for first in (0..count).step_by(2) {
        let mut frames: Vec<Frame> = (first..count.min(first + 2)).map(|n| Frame::new(Kind::Batch, ProjectId(7), &payload(n), false).unwrap()).collect();
        assert_eq!(journal.write(&mut frames).unwrap(), first + 1);
        for frame in &frames {
            end += frame.len();
            ends.push(end);
        }
    }
    (journal.current.path.clone(), ends)
}

fn assert_records(records: &[Record], count: u64) {
    assert_eq!(records.len() as u64, count);
    for (record, number) in records.iter().zip(0..) {
        assert_eq!(record.sequence, number + 1);
        assert_eq!(record.payload, payload(number));
        assert_eq!(record.project, ProjectId(7));
    }
}

#[test]
fn a_journal_cut_at_any_byte_of_its_last_three_records_keeps_the_whole_ones() {
    let dir = TempDir::new().unwrap();
    let (path, ends) = write_records(dir.path(), 9);
    let whole = fs::read(&path).unwrap();
    for cut in ends[5]..=whole.len() {
        fs::write(&path, &whole[..cut]).unwrap();
        let folder = open(dir.path());
        let (records, report) = read_back(&folder);
        let n_whole = ends.iter().filter(|end| **end <= cut).count();
        assert_records(&records, n_whole as u64);
        let last_whole = ends[n_whole - 1];
        assert_eq!(report.torn_bytes, (cut - last_whole) as u64, "cut at {cut}");
        assert_eq!(report.damaged_bytes, 0);
        // What was cut off is not found again.
        assert_eq!(read_back(&folder).1.torn_bytes, 0);
    }
}

#[test]
fn garbage_or_zeros_behind_the_last_record_are_dropped_and_counted() {
    let dir = TempDir::new().unwrap();
    let (path, ends) = write_records(dir.path(), 5);
    let whole = fs::read(&path).unwrap();
    let garbage: Vec<u8> = (0..4096u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    for tail in [garbage, vec![0; 4096], vec![0xff; 4096], whole[HEADER_BYTES..ends[1]].to_vec()] {
        for cut in ends[2]..=whole.len() {
            fs::write(&path, [&whole[..cut], &tail].concat()).unwrap();
            let (records, report) = read_back(&open(dir.path()));
            let n_whole = ends.iter().filter(|end| **end <= cut).count();
            assert_records(&records, n_whole as u64);
            assert_eq!(report.torn_bytes, (cut - ends[n_whole - 1] + tail.len()) as u64);
        }
    }
}

#[test]
fn a_flipped_bit_loses_one_record_at_most_and_is_told() {
    let dir = TempDir::new().unwrap();
    let (path, ends) = write_records(dir.path(), 6);
    let whole = fs::read(&path).unwrap();
    for at in (0..whole.len()).step_by(3) {
        let mut flipped = whole.clone();
        flipped[at] ^= 1 << (at % 8);
        fs::write(&path, &flipped).unwrap();
        let (records, report) = read_back(&open(dir.path()));
        let hit = ends.iter().position(|end| at < *end).unwrap() as u64;
        let expected: Vec<u64> = (0..6).filter(|n| at < HEADER_BYTES || *n != hit).collect();
        let found: Vec<u64> = records.iter().map(|record| record.sequence - 1).collect();
        assert_eq!(found, expected, "bit flipped at {at}");
        assert!(report.torn_bytes + report.damaged_bytes > 0, "bit flipped at {at} is not told");
        if at >= HEADER_BYTES && at < ends[4] {
            assert!(report.damaged_bytes > 0);
            assert!(dir.path().join("journal/damaged").join(path.file_name().unwrap()).exists());
        }
    }
}

#[test]
fn sequences_go_on_after_a_restart_and_over_files() {
    let dir = TempDir::new().unwrap();
    write_records(dir.path(), 4);
    let folder = open(dir.path());
    let (_, report) = read_back(&folder);
    let mut journal = Journal::start(Arc::clone(&folder), report, 5, 200).unwrap();
    for number in 4..20 {
        let mut frames = [Frame::new(Kind::Batch, ProjectId(7), &payload(number), false).unwrap()];
        assert_eq!(journal.write(&mut frames).unwrap(), number + 1);
    }
    assert!(journal.closed.len() > 3);
    drop(journal);
    assert_records(&read_back(&folder).0, 20);
}

#[test]
fn a_file_goes_only_when_all_of_it_is_sealed_and_its_profiles_are_applied() {
    let dir = TempDir::new().unwrap();
    let folder = open(dir.path());
    let mut journal = Journal::start(Arc::clone(&folder), ScanReport::default(), 1, 50).unwrap();
    for project in [1, 2, 1] {
        let mut frames = [Frame::new(Kind::Batch, ProjectId(project), &[b'x'; 100], project == 2).unwrap()];
        journal.write(&mut frames).unwrap();
    }
    journal.rotate_if_larger(0);
    assert_eq!(journal.closed.len(), 3);
    journal.trim(&|project| if project == ProjectId(1) { 3 } else { 1 }, 0);
    assert_eq!(journal.closed.len(), 2, "the second file still has an unsealed record of project 2");
    journal.trim(&|_| 3, 0);
    assert_eq!(journal.closed.len(), 2, "its profile changes are not applied");
    journal.trim(&|_| 3, 2);
    assert_eq!(journal.closed.len(), 0);
}

#[test]
fn a_restored_catalog_may_be_far_ahead() {
    let dir = TempDir::new().unwrap();
    let folder = open(dir.path());
    let mut journal = Journal::start(Arc::clone(&folder), ScanReport::default(), 1, 1 << 30).unwrap();
    journal.continue_after(1 << 40).unwrap();
    let mut frames = [Frame::new(Kind::Batch, ProjectId(1), b"later", false).unwrap()];
    assert_eq!(journal.write(&mut frames).unwrap(), (1 << 40) + 1);
    drop(journal);
    assert_eq!(read_back(&folder).0.len(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_damage_leaves_the_other_records(count in 1u64..12, start in 0usize..2000, length in 1usize..200, fill in any::<u8>()) {
        let dir = TempDir::new().unwrap();
        let (path, ends) = write_records(dir.path(), count);
        let mut bytes = fs::read(&path).unwrap();
        let (from, to) = (start.min(bytes.len()), (start + length).min(bytes.len()));
        bytes[from..to].fill(fill);
        fs::write(&path, &bytes).unwrap();
        let (records, _) = read_back(&open(dir.path()));
        let found: Vec<u64> = records.iter().map(|record| record.sequence).collect();
        let mut begin = HEADER_BYTES;
        for (end, sequence) in ends.iter().zip(1..) {
            if *end <= from || begin >= to {
                prop_assert!(found.contains(&sequence), "record {sequence} was not touched but is gone");
            }
            begin = *end;
        }
        for record in &records {
            prop_assert_eq!(&record.payload, &payload(record.sequence - 1));
        }
    }
}
