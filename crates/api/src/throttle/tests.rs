use super::{MAX_BUCKETS, Throttle};

#[test]
fn ten_wrong_passwords_make_an_account_wait_and_time_lets_it_go() {
    let throttle = Throttle::default();
    for _ in 0..10 {
        throttle.try_account("ada@courriel.example", 0).unwrap();
    }
    let refused = throttle.try_account(" ADA@courriel.example", 0).unwrap_err();
    assert_eq!(refused.retry_after_s, Some(60));
    throttle.try_account("bob@courriel.example", 0).unwrap();
    assert!(throttle.try_account("ada@courriel.example", 59_000).is_err());
    throttle.try_account("ada@courriel.example", 61_000).unwrap();
}

#[test]
fn who_came_in_begins_anew() {
    let throttle = Throttle::default();
    for _ in 0..10 {
        throttle.try_account("ada@courriel.example", 0).unwrap();
    }
    throttle.forgive([10, 0, 0, 1].into(), "Ada@courriel.example");
    throttle.try_account("ada@courriel.example", 0).unwrap();
}

#[test]
fn an_address_may_sign_in_as_often_as_it_is_right() {
    let (throttle, address) = (Throttle::default(), [10, 0, 0, 1].into());
    for _ in 0..1000 {
        throttle.try_address(address, 0).unwrap();
        throttle.forgive(address, "ada@courriel.example");
    }
    assert_eq!((0..100).filter(|_| throttle.try_address(address, 0).is_ok()).count(), 60);
}

#[test]
fn a_flood_of_names_is_bounded_and_does_not_wash_out_who_waits() {
    let throttle = Throttle::default();
    for _ in 0..10 {
        throttle.try_account("ada@courriel.example", 0).unwrap();
    }
    for n in 0..MAX_BUCKETS * 2 {
        throttle.try_account(&format!("{n}@courriel.example"), 0).unwrap();
    }
    assert!(throttle.accounts.lock().unwrap().len() <= MAX_BUCKETS);
    assert!(throttle.try_account("ada@courriel.example", 0).is_err());
}

#[test]
fn a_clock_that_is_set_back_frees_nobody() {
    let throttle = Throttle::default();
    for _ in 0..10 {
        throttle.try_account("ada@courriel.example", 1_000_000).unwrap();
    }
    assert!(throttle.try_account("ada@courriel.example", 0).is_err());
}
