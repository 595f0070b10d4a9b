use crate::World;
use sillage_catalog::{CatalogError, INVITATION_LIFETIME_MS, Language, Role};

#[tokio::test]
async fn who_is_invited_comes_in_once_by_the_link_and_then_by_password() {
    let world = World::new().await;
    let project = world.project("Courriel").await;
    let (user, is_new) = world.catalog.invite(project.id, "bo@courriel.example", Role::Editor, Language::French).await.unwrap();
    assert!(is_new);
    let (token, _) = world.catalog.create_invitation(&user).await.unwrap();
    let member = &world.catalog.members(project.id).await.unwrap()[0];
    assert!(member.is_invited() && member.link_until.is_some());
    assert_eq!((member.role_in(project.id), member.user.name.as_str()), (Some(Role::Editor), "bo"));

    let seen = world.catalog.invitation(&token).await.unwrap();
    assert_eq!((seen.user.email.as_str(), seen.projects), ("bo@courriel.example", vec![("Courriel".to_owned(), Role::Editor)]));
    assert!(world.catalog.invitation("link_guess").await.is_err());
    // What cannot be accepted uses nothing up.
    assert!(matches!(world.catalog.accept_invitation(&token, "Bo", "short", None).await, Err(CatalogError::Invalid { field: "password", .. })));
    assert!(matches!(world.catalog.accept_invitation(&token, " ", "correct horse", None).await, Err(CatalogError::Invalid { field: "name", .. })));
    let user = world.catalog.accept_invitation(&token, "Bo", "correct horse", Some(Language::English)).await.unwrap();
    assert_eq!((user.name.as_str(), user.language), ("Bo", Language::English));
    assert!(matches!(world.catalog.accept_invitation(&token, "Eve", "battery staple", None).await, Err(CatalogError::WrongToken)));
    assert!(world.catalog.verify_password("bo@courriel.example", "correct horse").await.unwrap().is_some());
    world.catalog.begin_session(&user).await.unwrap();
    let member = world.catalog.account(&user.id).await.unwrap();
    assert_eq!((member.is_invited(), member.signed_in_at, member.link_until), (false, Some(world.catalog.clock().now_ms()), None));
}

#[tokio::test]
async fn an_invitation_ends_and_a_second_one_is_not_needed_for_an_account() {
    let world = World::new().await;
    let (first, second) = (world.project("First").await, world.project("Second").await);
    let (user, _) = world.catalog.invite(first.id, "bo@courriel.example", Role::Viewer, Language::English).await.unwrap();
    let (token, until) = world.catalog.create_invitation(&user).await.unwrap();
    assert_eq!(until - world.catalog.clock().now_ms(), INVITATION_LIFETIME_MS);
    world.wait_ms(INVITATION_LIFETIME_MS);
    assert!(matches!(world.catalog.invitation(&token).await, Err(CatalogError::WrongToken)));
    assert!(matches!(world.catalog.accept_invitation(&token, "Bo", "correct horse", None).await, Err(CatalogError::WrongToken)));
    assert!(matches!(world.catalog.invite(first.id, "BO@courriel.example", Role::Admin, Language::English).await, Err(CatalogError::Taken { .. })));
    let (again, is_new) = world.catalog.invite(second.id, "BO@courriel.example", Role::Admin, Language::English).await.unwrap();
    assert_eq!((again.id.as_str(), is_new), (user.id.as_str(), false));
    assert_eq!(world.catalog.projects_of(&user).await.unwrap().len(), 2);
}

#[tokio::test]
async fn somebody_who_can_come_in_is_always_an_administrator_of_everything() {
    let world = World::new().await;
    let (ada, bo) = (world.user("ada@courriel.example").await, world.user("bo@courriel.example").await);
    world.catalog.set_everywhere(&ada.id, Some(Role::Admin)).await.unwrap();
    for refused in [
        world.catalog.set_everywhere(&ada.id, None).await,
        world.catalog.set_everywhere(&ada.id, Some(Role::Editor)).await,
        world.catalog.remove_user(&ada.id).await,
    ] {
        assert!(matches!(refused, Err(CatalogError::LastAdmin)));
    }
    // Somebody who was invited and never came cannot let others in.
    let project = world.project("Courriel").await;
    let (invited, _) = world.catalog.invite(project.id, "cy@courriel.example", Role::Viewer, Language::English).await.unwrap();
    world.catalog.set_everywhere(&invited.id, Some(Role::Admin)).await.unwrap();
    assert!(matches!(world.catalog.remove_user(&ada.id).await, Err(CatalogError::LastAdmin)));
    world.catalog.set_everywhere(&bo.id, Some(Role::Admin)).await.unwrap();

    // Of two who take each other's role away at once, one keeps it.
    let both = [(world.catalog.clone(), ada.id.clone()), (world.catalog.clone(), bo.id.clone())];
    let attempts: Vec<_> = both.into_iter().map(|(catalog, id)| tokio::spawn(async move { catalog.set_everywhere(&id, None).await.is_ok() })).collect();
    let mut done = 0;
    for attempt in attempts {
        done += usize::from(attempt.await.unwrap());
    }
    assert_eq!(done, 1);
}

#[tokio::test]
async fn a_removed_account_leaves_no_way_in() {
    let world = World::new().await;
    let project = world.project("Courriel").await;
    let (user, _) = world.catalog.invite(project.id, "bo@courriel.example", Role::Editor, Language::English).await.unwrap();
    let session = world.catalog.begin_session(&user).await.unwrap();
    let link = world.catalog.create_sign_in_link(&user).await.unwrap();
    world.catalog.remove_user(&user.id).await.unwrap();
    assert!(world.catalog.session(&session).await.unwrap().is_none());
    assert!(world.catalog.use_sign_in_link(&link).await.is_err());
    assert!(world.catalog.members(project.id).await.unwrap().is_empty());
    assert!(matches!(world.catalog.remove_user(&user.id).await, Err(CatalogError::NotFound)));
    assert!(matches!(world.catalog.set_everywhere(&user.id, None).await, Err(CatalogError::NotFound)));
}
