use crate::World;
use serde_json::json;
use sillage_catalog::{CatalogError, NewSurvey, NewSurveyPage, random_id};

fn page(slug: &str, is_open: bool) -> NewSurveyPage {
    NewSurveyPage { slug: slug.into(), is_open }
}

#[tokio::test]
async fn a_survey_has_one_address_that_no_other_has() {
    let world = World::new().await;
    let (own, other) = (world.project("Shop").await.id, world.project("Blog").await.id);
    let catalog = &world.catalog;
    let new = |name: &str| NewSurvey { name: name.into(), definition: json!({}) };
    let ease = catalog.create_survey(own, &new("Ease"), "ada").await.unwrap().id;
    let churn = catalog.create_survey(other, &new("Churn"), "ada").await.unwrap().id;
    assert_eq!(catalog.survey_page(own, &ease).await.unwrap(), None);
    let made = catalog.set_survey_page(own, &ease, &page(" How-Was-It ", true)).await.unwrap();
    assert_eq!((made.slug.as_str(), made.is_open), ("how-was-it", true));
    assert_eq!(catalog.survey_page_at("HOW-was-it").await.unwrap(), Some(made));
    assert!(matches!(catalog.set_survey_page(other, &churn, &page("how-was-it", true)).await, Err(CatalogError::Taken { what: "address" })));
    assert!(matches!(catalog.set_survey_page(other, &ease, &page("mine", true)).await, Err(CatalogError::NotFound)));
    assert_eq!(catalog.survey_page(other, &ease).await.unwrap(), None);
    catalog.set_survey_page(own, &ease, &page("ease-2026", false)).await.unwrap();
    assert_eq!(catalog.survey_page_at("how-was-it").await.unwrap(), None);
    assert!(!catalog.survey_page_at("ease-2026").await.unwrap().unwrap().is_open);
    for slug in ["", "ab", "-abc", "abc-", "a b c", "é-été", "a/b/c", "../etc", &"x".repeat(81), "abc?x=1"] {
        assert!(matches!(catalog.set_survey_page(own, &ease, &page(slug, true)).await, Err(CatalogError::Invalid { field: "slug", .. })), "{slug:?}");
    }
    catalog.delete_survey(own, &ease).await.unwrap();
    assert_eq!(catalog.survey_page_at("ease-2026").await.unwrap(), None);
}

#[tokio::test]
async fn an_answer_that_is_sent_again_has_the_same_time() {
    let world = World::new().await;
    let began = world.now_ms();
    assert_eq!(world.catalog.link_answers("r1").await.unwrap(), (false, false));
    assert_eq!(world.catalog.answered_at("r1", "q1").await.unwrap(), began);
    world.wait_ms(5_000);
    assert_eq!(world.catalog.answered_at("r1", "q1").await.unwrap(), began);
    assert_eq!(world.catalog.answered_at("r1", "").await.unwrap(), began + 5_000);
    assert_eq!(world.catalog.link_answers("r1").await.unwrap(), (true, true));
    assert_eq!(world.catalog.link_answers("r2").await.unwrap(), (false, false));
}

#[tokio::test]
async fn what_was_signed_is_known_again_and_nothing_else_is() {
    let world = World::new().await;
    let text = "{\"user\":\"é 1\"}";
    let token = world.catalog.sign("link", text).await.unwrap();
    assert_eq!(world.catalog.signed("link", &token).await.unwrap().as_deref(), Some(text));
    assert_eq!(world.catalog.signed("state", &token).await.unwrap(), None);
    for i in 0..token.len() {
        let mut bytes = token.clone().into_bytes();
        bytes[i] = if bytes[i] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(bytes).unwrap();
        // The last letter of a text holds bits that say nothing; whatever reads the same is the same.
        let read = world.catalog.signed("link", &changed).await.unwrap();
        assert!(read.is_none() || read.as_deref() == Some(text), "{changed}");
    }
    for token in ["", ".", "a.b", "abc", "a.", "..", &format!("{token}x"), &token[..token.len() - 3]] {
        assert_eq!(world.catalog.signed("link", token).await.unwrap(), None, "{token:?}");
    }
    // After a restart too, and not by another installation.
    let world = world.reopened().await;
    assert_eq!(world.catalog.signed("link", &token).await.unwrap().as_deref(), Some(text));
    assert_eq!(World::new().await.catalog.signed("link", &token).await.unwrap(), None);
    assert_ne!(random_id().unwrap(), random_id().unwrap());
}
