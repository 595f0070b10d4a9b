#![allow(clippy::unwrap_used)]

use super::*;
use proptest::prelude::*;

fn user(name: &str) -> Identity {
    Identity::User(name.to_owned())
}

fn device(name: &str) -> Identity {
    Identity::Device(name.to_owned())
}

fn apply(links: &mut Links, change: LedgerChange) {
    if links.would_change(&change) {
        links.apply(&LedgerEntry { number: links.len() + 1, at: 0, change });
    }
}

fn link(links: &mut Links, device: &str, user: &str) {
    let event = Event { device_id: Some(device.to_owned()), user_id: Some(user.to_owned()), distinct_id: user.to_owned(), ..Event::default() };
    if let Some((Identity::Device(device), Identity::User(user))) = links.link_of(&event) {
        apply(links, LedgerChange::Link { device, user });
    }
}

fn merge(links: &mut Links, from: Identity, into: Identity) {
    apply(links, LedgerChange::Merge { from, into, by: "operator".to_owned() });
}

fn split(links: &mut Links, id: Identity) {
    apply(links, LedgerChange::Split { id, by: "operator".to_owned() });
}

fn same(links: &Links, a: &Identity, b: &Identity) -> bool {
    links.resolve(a.hash()) == links.resolve(b.hash())
}

#[test]
fn a_client_may_claim_a_free_id_and_not_make_two_users_one() {
    let mut links = Links::default();
    let claim =
        |links: &mut Links, into: &str| apply(links, LedgerChange::Merge { from: user("0190-anonymous"), into: user(into), by: "$identify".to_owned() });
    claim(&mut links, "ada");
    claim(&mut links, "bob");
    assert!(same(&links, &user("0190-anonymous"), &user("ada")));
    assert!(!same(&links, &user("ada"), &user("bob")));
}

#[test]
fn the_first_user_keeps_the_device() {
    let mut links = Links::default();
    link(&mut links, "d", "ann");
    link(&mut links, "d", "bob");
    assert!(same(&links, &device("d"), &user("ann")));
    assert!(!same(&links, &user("ann"), &user("bob")));
    assert_eq!(links.len(), 1);
    assert_eq!(links.name_above(device("d").hash()).as_deref(), Some("ann"));
    assert_eq!(links.name_above(user("ann").hash()), None);
}

#[test]
fn a_split_device_stays_split_until_an_operator_merges_it() {
    let mut links = Links::default();
    link(&mut links, "d", "ann");
    split(&mut links, device("d"));
    link(&mut links, "d", "ann");
    assert!(!same(&links, &device("d"), &user("ann")));
    assert_eq!(links.baked(device("d").hash()), device("d").hash());
    merge(&mut links, device("d"), user("ann"));
    assert!(same(&links, &device("d"), &user("ann")));
    assert_eq!(links.baked(device("d").hash()), device("d").hash(), "an operator's merge is never baked");
}

#[test]
fn merges_in_a_circle_make_one_person() {
    let mut links = Links::default();
    merge(&mut links, user("a"), user("b"));
    merge(&mut links, user("b"), user("c"));
    merge(&mut links, user("c"), user("a"));
    assert_eq!(links.len(), 2, "the third changes nothing");
    assert!(same(&links, &user("a"), &user("c")));
    split(&mut links, user("b"));
    assert!(same(&links, &user("a"), &user("b")), "a was merged into b and stays there");
    assert!(!same(&links, &user("b"), &user("c")));
}

#[test]
fn a_user_merged_into_its_own_device_makes_no_circle() {
    let mut links = Links::default();
    merge(&mut links, user("u"), device("d"));
    link(&mut links, "d", "u");
    assert!(same(&links, &device("d"), &user("u")));
    split(&mut links, user("u"));
    assert!(!same(&links, &device("d"), &user("u")));
}

#[test]
fn ten_thousand_merges_into_one_take_no_time() {
    let mut links = Links::default();
    let started = std::time::Instant::now();
    for number in 0..10_000 {
        merge(&mut links, user(&format!("u{number}")), user(&format!("u{}", number + 1)));
    }
    for number in 0..10_000 {
        assert!(same(&links, &user(&format!("u{number}")), &user("u10000")));
    }
    assert!(started.elapsed().as_secs() < 5, "took {:?}", started.elapsed());
    assert_eq!(links.changed_since(0).len(), 10_000);
}

#[test]
fn many_links_stay_findable_and_are_listed_by_age() {
    let mut links = Links::default();
    for number in 0..20_000 {
        link(&mut links, &format!("d{number}"), &format!("u{}", number / 2));
    }
    for number in (0..20_000).step_by(37) {
        assert!(same(&links, &device(&format!("d{number}")), &user(&format!("u{}", number / 2))));
        assert_eq!(links.baked_name(device(&format!("d{number}")).hash()).as_deref(), Some(format!("u{}", number / 2).as_str()));
    }
    assert_eq!(links.changed_since(0).len(), 20_000);
    assert_eq!(links.changed_since(19_990).len(), 10);
    assert_eq!(links.changed_since(20_000).len(), 0);
}

#[derive(Clone, Debug)]
enum Change {
    Link(u8, u8),
    Merge(u8, u8),
}

fn ids() -> Vec<Identity> {
    (0..12).map(|n| device(&n.to_string())).chain((0..12).map(|n| user(&n.to_string()))).collect()
}

/// Who is together, without names.
fn groups(links: &Links) -> Vec<usize> {
    let ids = ids();
    ids.iter().map(|id| ids.iter().position(|other| same(links, id, other)).unwrap()).collect()
}

fn apply_all(changes: &[Change]) -> Links {
    let mut links = Links::default();
    for change in changes {
        match change {
            Change::Link(d, u) => link(&mut links, &d.to_string(), &u.to_string()),
            Change::Merge(a, b) => merge(&mut links, user(&a.to_string()), user(&b.to_string())),
        }
    }
    links
}

proptest! {
    /// Each device has one user here: which of two users keeps a device is a matter of who came first, and is documented so.
    #[test]
    fn who_is_together_does_not_depend_on_the_order_of_arrival(
        users in proptest::collection::vec(0u8..12, 12),
        merges in proptest::collection::vec((0u8..12, 0u8..12), 0..8),
        order in any::<prop::sample::Index>(),
        seed in any::<u64>(),
    ) {
        let mut changes: Vec<Change> = (0..).zip(&users).map(|(d, u)| Change::Link(d, *u)).collect();
        changes.extend(merges.iter().map(|(a, b)| Change::Merge(*a, *b)));
        let first = groups(&apply_all(&changes));
        let by = order.index(changes.len());
        changes.rotate_left(by);
        let mut state = seed;
        for at in (1..changes.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            changes.swap(at, (state >> 33) as usize % (at + 1));
        }
        prop_assert_eq!(groups(&apply_all(&changes)), first);
    }

    /// The list for a reader says the same as asking for each id.
    #[test]
    fn the_overlay_agrees_with_resolving_what_was_baked(
        changes in proptest::collection::vec(prop_oneof![(0u8..12, 0u8..12).prop_map(|(a, b)| Change::Link(a, b)), (0u8..12, 0u8..12).prop_map(|(a, b)| Change::Merge(a, b))], 0..30),
        cut in any::<prop::sample::Index>(),
    ) {
        let at = cut.index(changes.len() + 1);
        let early = apply_all(&changes[..at]);
        let late = apply_all(&changes);
        let overlay: HashMap<PersonId, PersonId> = late.changed_since(early.len()).into_iter().collect();
        for id in ids() {
            let held = early.baked(id.hash());
            prop_assert_eq!(overlay.get(&held).copied().unwrap_or(held), late.resolve(id.hash()));
        }
    }
}
