use super::*;

#[test]
fn only_a_name_is_called_back() {
    for good in ["cb", "mpmetrics.jsc_1", "a[0].b", "$x", "(function(){})"] {
        assert!(is_callback(good), "{good}");
    }
    for bad in ["", "alert(1)", "a;b", "</script>", "a b", "1a", "é", "(function(){alert(1)})", &"a".repeat(129)] {
        assert!(!is_callback(bad), "{bad}");
    }
}

#[test]
fn errors_of_the_store_reach_the_client_as_it_understands_them() {
    let busy = WireError::Busy { retry_after_s: 7 };
    let received = |path_kind, query| Received {
        path_kind,
        content_type: None,
        content_encoding: None,
        query,
        body: b"data=%7B%7D&verbose=1&ip=0",
        host: None,
        user_agent: None,
        accept_language: None,
        client_ip: None,
        received_at: 0,
        authorization: None,
        key_header: None,
        request_id: "",
        idempotency_key: None,
    };
    let reply = mixpanel_reply(&received(Protocol::Track, ""), Err(&busy));
    assert_eq!((reply.status, reply.retry_after_s), (429, Some(7)));
    assert_eq!(serde_json::from_slice::<Value>(&reply.body).unwrap()["status"], 0);
    let mut json_import = received(Protocol::Import, "");
    json_import.body = b"[]";
    let reply = mixpanel_reply(&json_import, Err(&WireError::InvalidKey));
    assert_eq!(reply.status, 401);
    assert_eq!(String::from_utf8(reply.body).unwrap(), r#"{"code":401,"error":"Invalid credentials","status":"Unauthorized"}"#);
    let image = mixpanel_reply(&received(Protocol::Track, "img=1"), Err(&WireError::EmptyBody));
    assert_eq!((image.status, image.content_type, image.body.len()), (200, "image/gif", 43));
}
