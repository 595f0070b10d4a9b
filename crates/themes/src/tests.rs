use crate::words::{Tongue, concepts, words};

#[test]
fn every_line_of_the_lists_is_understood() {
    for tongue in [Tongue::French, Tongue::English] {
        assert_eq!(words(tongue).problems(), &[] as &[String]);
    }
    assert!(concepts().len() > 20);
}
