use super::*;
use proptest::prelude::*;

fn path(n_steps: usize, optional: &[usize], repeatable: &[usize]) -> Path {
    let bits = |of: &[usize]| of.iter().fold(0u32, |bits, step| bits | 1 << step);
    Path { n_steps, mandatory: ((1u32 << n_steps) - 1) & !bits(optional), repeatable: bits(repeatable) }
}

/// Pages named by letters; a step is the page of its letter.
fn taken(steps: &str, pages: &str, optional: &[usize], repeatable: &[usize]) -> (Way, Vec<u8>) {
    let items: Vec<Item> = pages
        .bytes()
        .map(|page| Item { page: u64::from(page), steps: steps.bytes().enumerate().filter(|(_, step)| *step == page).fold(0, |bits, (i, _)| bits | 1 << i) })
        .collect();
    let mut of_item = Vec::new();
    let way = align(&items, path(steps.len(), optional, repeatable), &mut Vec::new(), &mut of_item);
    (way, of_item)
}

#[test]
fn ways_that_people_take() {
    let figures = |steps: &str, pages: &str| {
        let (way, _) = taken(steps, pages, &[], &[]);
        (way.done, way.detours, way.order_ok)
    };
    assert_eq!(figures("ABC", "ABC"), (3, 0, true));
    assert_eq!(figures("ABC", "AxByC"), (3, 2, true));
    // Going back is a detour, and no other order.
    assert_eq!(figures("ABC", "ABAC"), (3, 1, true));
    assert_eq!(figures("AB", "BAB"), (2, 1, false));
    assert_eq!(figures("ABC", "ACB"), (2, 1, false));
    assert_eq!(figures("ABC", "AC"), (2, 0, true));
    // A way that comes back to where it began.
    assert_eq!(figures("ABA", "ABA"), (3, 0, true));
    assert_eq!(figures("ABC", ""), (0, 0, true));
}

#[test]
fn steps_may_be_left_out_or_done_again() {
    let (way, of_item) = taken("ABC", "ABBxBC", &[1], &[1]);
    assert_eq!((way.done, way.detours, way.order_ok), (2, 1, true));
    assert_eq!(of_item, [0, 1, 1, NO_STEP, 1, 2]);
    let (way, _) = taken("ABC", "AC", &[1], &[]);
    assert_eq!((way.done, way.detours, way.order_ok), (2, 0, true));
}

#[test]
fn lostness_is_smiths() {
    let (way, _) = taken("ABC", "ABC", &[], &[]);
    assert_eq!(way.lostness, Some(0.0));
    // Four different pages, five views, three needed: hypot(4/5 - 1, 3/4 - 1).
    let (way, _) = taken("ABC", "ABxBC", &[], &[]);
    assert!((way.lostness.unwrap() - 0.2f64.hypot(0.25)).abs() < 1e-12);
    assert_eq!(taken("A", "AB", &[0], &[]).0.lostness, None);
}

/// The most mandatory steps, then the most items, of all ways to lay them side by side.
fn most(items: &[Item], path: Path, behind: usize) -> (u32, u32) {
    let Some((item, rest)) = items.split_first() else { return (0, 0) };
    let mut best = most(rest, path, behind);
    for step in behind..path.n_steps {
        if item.steps >> step & 1 != 0 {
            let (done, items) = most(rest, path, step + 1);
            best = best.max((done + (path.mandatory >> step & 1), items + 1));
        }
    }
    if behind > 0 && path.repeatable >> (behind - 1) & 1 != 0 && item.steps >> (behind - 1) & 1 != 0 {
        let (done, items) = most(rest, path, behind);
        best = best.max((done, items + 1));
    }
    best
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]
    #[test]
    fn no_way_to_lay_them_is_better(
        masks in prop::collection::vec(0u32..16, 0..9),
        n_steps in 1usize..5,
        mandatory in 0u32..16,
        repeatable in 0u32..16,
    ) {
        let all = (1u32 << n_steps) - 1;
        let path = Path { n_steps, mandatory: mandatory & all, repeatable: repeatable & all };
        let items: Vec<Item> = masks.iter().map(|steps| Item { page: 7, steps: steps & all }).collect();
        let mut of_item = Vec::new();
        let way = align(&items, path, &mut Vec::new(), &mut of_item);
        let (done, matched) = most(&items, path, 0);
        prop_assert_eq!((way.done, items.len() as u32 - way.detours), (done, matched));
        // What is told of the items says the same: rising, each one that it could be.
        let laid: Vec<(usize, u8)> = of_item.iter().copied().enumerate().filter(|(_, step)| *step != NO_STEP).collect();
        prop_assert!(laid.iter().all(|(at, step)| items[*at].steps >> step & 1 != 0));
        prop_assert!(laid.windows(2).all(|two| two[0].1 < two[1].1 || (two[0].1 == two[1].1 && path.repeatable >> two[0].1 & 1 != 0)));
    }

    /// Where every page is one step, and no two steps are one page, the order is that of first visits.
    #[test]
    fn order_is_that_of_first_visits(pages in "[ABCDxy]{0,10}") {
        let (way, _) = taken("ABCD", &pages, &[], &[]);
        let mut first: Vec<usize> = Vec::new();
        for step in "ABCD".chars() {
            first.extend(pages.find(step));
        }
        prop_assert_eq!(way.order_ok, first.is_sorted());
    }
}
