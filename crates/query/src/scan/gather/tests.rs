use super::Gather;
use crate::memory::Memory;
use sillage_behavior::AskErrorCode;
use std::sync::atomic::{AtomicUsize, Ordering};

/// In whatever order parts come, they are added up in the order of their positions.
#[test]
fn the_order_of_parts_does_not_matter() {
    let memory = Memory::new(1 << 20);
    for step in [1, 3, 5, 7, 11] {
        let holding = memory.hold();
        let gather = Gather::new(&holding, 4, |a: Vec<u64>, b: Vec<u64>| [a, b].concat());
        for i in 0..16 {
            let position = i * step % 16;
            gather.add(position, vec![position as u64; position]).unwrap();
        }
        let expected: Vec<u64> = (0..16).flat_map(|position| vec![position; position as usize]).collect();
        assert_eq!(gather.into_sum(), Some(expected), "{step}");
    }
}

#[test]
fn one_part_is_the_sum() {
    let memory = Memory::new(1 << 20);
    let holding = memory.hold();
    let gather = Gather::new(&holding, 0, |a: u64, b: u64| a + b);
    gather.add(0, 7).unwrap();
    assert_eq!(gather.into_sum(), Some(7));
}

/// Of sixty-four tables of the same cells, never more than one for each level waits, and the sum is as large as one of them.
#[test]
fn parts_that_coincide_are_held_once() {
    const CELLS: usize = 1 << 20;
    let memory = Memory::new(9 * CELLS * size_of::<u64>());
    let holding = memory.hold();
    let merges = AtomicUsize::new(0);
    let merge = |mut a: Vec<u64>, b: Vec<u64>| {
        merges.fetch_add(1, Ordering::Relaxed);
        a.iter_mut().zip(b).for_each(|(a, b)| *a += b);
        a
    };
    let gather = Gather::new(&holding, 6, merge);
    for position in 0..64 {
        gather.add(position, vec![1; CELLS]).unwrap();
    }
    assert_eq!(gather.into_sum(), Some(vec![64; CELLS]));
    assert_eq!(merges.into_inner(), 63);
}

#[test]
fn parts_that_differ_meet_the_limit_of_their_question_and_give_back_what_they_held() {
    let memory = Memory::new(1 << 20);
    for _ in 0..3 {
        let holding = memory.hold();
        let gather = Gather::new(&holding, 4, |a: Vec<u64>, b: Vec<u64>| [a, b].concat());
        let error = (0..16).find_map(|position| gather.add(position, vec![0; 10_000]).err()).expect("1.28 MB do not fit 1 MiB");
        assert_eq!(error.code, AskErrorCode::LimitExceeded);
        assert!(error.message.contains("1 MiB"), "{}", error.message);
    }
}

#[test]
fn questions_share_what_there_is() {
    let memory = Memory::new(1 << 20);
    let (first, second, third) = (memory.hold(), memory.hold(), memory.hold());
    first.take(1 << 20).unwrap();
    second.take(1 << 20).unwrap();
    assert_eq!(third.take(1).unwrap_err().code, AskErrorCode::Unavailable);
    drop((first, third));
    memory.hold().take(1 << 20).unwrap();
}
