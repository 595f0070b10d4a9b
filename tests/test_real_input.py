"""Real event sets come in through the command line and every answer equals an independent computation on the raw file, by DuckDB.

The sets lie in ../shared/data (SHARED says where else); they are no part of this repository. Without them these tests say that they did not run.
"""
import duckdb
import pytest
from sillage import SHARED, Server, run

ECOM, CDNOW = SHARED / "data" / "ecom.csv.gz", SHARED / "data" / "cdnow.txt.gz"
pytestmark = pytest.mark.skipif(not ECOM.exists() or not CDNOW.exists(), reason=f"no real event sets in {SHARED / 'data'}")
# Europe/Paris is one hour ahead of UTC until 31 March 2024, 01:00 UTC, and two hours from then to the end of this set.
PARIS = "(CASE WHEN t < TIMESTAMP '2024-03-31 01:00:00' THEN t + INTERVAL 1 HOUR ELSE t + INTERVAL 2 HOUR END)"
ALL = {"from": "2024-01-01", "to": "2024-06-30"}


@pytest.fixture(scope="module")
def raw():
    c = duckdb.connect()
    c.execute(f"""CREATE TABLE e AS SELECT user_id AS u, session_id AS s, event, timestamp AS t, platform, acquisition_channel AS channel,
                  row_number() OVER () AS rank FROM read_csv('{ECOM}')""")
    c.execute(f"""CREATE TABLE cd AS SELECT x[1] AS u, strptime(x[2], '%Y%m%d') AS t, x[3]::INT AS cds, x[4]::DOUBLE AS dollars
                  FROM (SELECT regexp_split_to_array(trim(line), '\\s+') AS x FROM read_csv('{CDNOW}', columns={{'line': 'VARCHAR'}}, header=true, delim='\x01'))""")
    return c


@pytest.fixture(scope="module")
def shop():
    with Server() as server:
        run("import", ECOM, "--url", server.url, "--key", server.write_key)
        yield server


@pytest.fixture(scope="module")
def music():
    with Server() as server:
        import_cdnow(server)
        yield server


def import_cdnow(server):
    return run("import", CDNOW, "--url", server.url, "--key", server.write_key, "--person", "customer_id", "--time", "date", "--name", "Purchase")


def day(stamp):
    return stamp[:10]


def table(raw, sql):
    return {tuple(row[:-1]): row[-1] for row in raw.execute(sql).fetchall()}


def trend(server, select, measure, interval, timezone="UTC", range=ALL, **more):
    question = {"kind": "trend", "series": [{"select": select, "measure": measure}], "interval": interval, "range": range, "timezone": timezone} | more
    return server.ask(question)["answer"]


def lines(answer, skip_empty=True):
    """{(interval, segment…): value} of a trend."""
    out = {}
    for series in answer["series"]:
        if answer_has_segments(answer) and not series["breakdown"]:
            continue
        for time, value in zip(answer["times"], series["values"]):
            if not skip_empty or value not in (0, None):
                out[(day(time), *series["breakdown"])] = value
    return out


def answer_has_segments(answer):
    return any(series["breakdown"] for series in answer["series"])


def near(a, b):
    assert a.keys() == b.keys(), (sorted(a.keys() ^ b.keys(), key=str)[:5], len(a), len(b))
    wrong = {k: (a[k], b[k]) for k in a if abs((a[k] or 0) - (b[k] or 0)) > 1e-6 * max(1, abs(b[k] or 0))}
    assert not wrong, dict(list(wrong.items())[:5])


def test_every_row_is_there_once_and_importing_again_changes_nothing(shop, raw):
    assert shop.count() == raw.execute("SELECT count(*) FROM e").fetchone()[0] == 31_106
    run("import", ECOM, "--url", shop.url, "--key", shop.write_key)
    assert shop.count() == 31_106


def test_cdnow_has_the_published_figures(music):
    assert music.count("Purchase") == 69_659
    assert music.count("Purchase", "unique") == 23_570
    import_cdnow(music)
    assert music.count("Purchase") == 69_659


def test_01_daily_views(shop, raw):
    expected = table(raw, "SELECT strftime(t, '%Y-%m-%d'), count(*) FROM e WHERE event = 'product_view' GROUP BY ALL")
    near(lines(trend(shop, {"event": "product_view"}, "total", "day")), expected)


def test_02_weekly_buyers_by_channel_across_the_change_to_summer_time(shop, raw):
    expected = table(raw, f"SELECT strftime(date_trunc('week', {PARIS}), '%Y-%m-%d'), channel, count(DISTINCT u) FROM e WHERE event = 'purchase' GROUP BY ALL")
    answer = trend(shop, {"event": "purchase"}, "unique", "week", "Europe/Paris", breakdown=[{"property": "acquisition_channel"}])
    near(lines(answer), expected)


def test_03_monthly_people_by_platform(shop, raw):
    expected = table(raw, "SELECT strftime(date_trunc('month', t), '%Y-%m-%d'), platform, count(DISTINCT u) FROM e GROUP BY ALL")
    near(lines(trend(shop, {"event": None}, "unique", "month", breakdown=[{"property": "platform"}])), expected)


def test_04_the_day_of_23_hours(shop, raw):
    answer = trend(shop, {"event": None}, "total", "hour", "Europe/Paris", {"from": "2024-03-31", "to": "2024-03-31"})
    assert len(answer["times"]) == 23
    expected = [n for (n,) in raw.execute("""SELECT (SELECT count(*) FROM e WHERE t >= h AND t < h + INTERVAL 1 HOUR)
        FROM generate_series(TIMESTAMP '2024-03-30 23:00:00', TIMESTAMP '2024-03-31 21:00:00', INTERVAL 1 HOUR) AS g(h) ORDER BY h""").fetchall()]
    assert answer["series"][0]["values"] == expected
    days = table(raw, f"SELECT strftime({PARIS}, '%Y-%m-%d'), count(*) FROM e GROUP BY ALL")
    near(lines(trend(shop, {"event": None}, "total", "day", "Europe/Paris")), days)


def test_05_events_per_buyer_and_sessions(shop, raw):
    expected = table(raw, "SELECT strftime(date_trunc('month', t), '%Y-%m-%d'), count(*) / count(DISTINCT u) FROM e WHERE event = 'add_to_cart' GROUP BY ALL")
    near(lines(trend(shop, {"event": "add_to_cart"}, {"per_person": "total", "then": "average"}, "month")), expected)
    sessions = table(raw, "SELECT strftime(date_trunc('week', t), '%Y-%m-%d'), count(DISTINCT s) FROM e WHERE event = 'search' GROUP BY ALL")
    near(lines(trend(shop, {"event": "search"}, "sessions", "week")), sessions)


def test_06_a_filter_on_two_properties(shop, raw):
    expected = table(raw, "SELECT strftime(t, '%Y-%m-%d'), count(*) FROM e WHERE event IN ('search', 'compare') AND (platform = 'mobile' OR channel <> 'organic') GROUP BY ALL")
    where = {"any": [{"property": "platform", "op": "is", "value": "mobile"}, {"not": {"property": "acquisition_channel", "op": "is", "value": "organic"}}]}
    near(lines(trend(shop, {"any_of": ["search", "compare"]}, "total", "day", filter=where)), expected)


def attempts(steps, seconds, more=""):
    """Every attempt of an ordered funnel: the times of its steps, each the earliest that fits."""
    sql = f"WITH a1 AS (SELECT u, t AS t1, * EXCLUDE (u, t) FROM e WHERE event = '{steps[0]}' {more})"
    for k, step in enumerate(steps[1:], 2):
        sql += f""", a{k} AS (SELECT a.*, (SELECT min(b.t) FROM e b WHERE b.u = a.u AND b.event = '{step}' AND b.t >= a.t{k - 1} AND b.t <= a.t1 + INTERVAL {seconds} SECOND) AS t{k} FROM a{k - 1} a)"""
    return sql, " + ".join(["1"] + [f"(t{k} IS NOT NULL)::INT" for k in range(2, len(steps) + 1)])


def reached(levels, n_steps):
    return [sum(n for level, n in levels.items() if level >= k) for k in range(1, n_steps + 1)]


def funnel(server, steps, window, **more):
    question = {"kind": "funnel", "steps": [{"event": s} for s in steps], "window": window, "range": ALL, "timezone": "UTC"} | more
    return {tuple(g["breakdown"]): [s["count"] for s in g["steps"]] for g in server.ask(question)["answer"]["groups"]}


def by_person(raw, steps, seconds, more=""):
    sql, level = attempts(steps, seconds, more)
    return dict(raw.execute(f"{sql} SELECT level, count(*) FROM (SELECT u, max({level}) AS level FROM a{len(steps)} GROUP BY u) GROUP BY level").fetchall())


def test_07_three_steps_in_a_week(shop, raw):
    steps = ["product_view", "add_to_cart", "purchase"]
    assert funnel(shop, steps, {"n": 7, "unit": "day"})[()] == reached(by_person(raw, steps, 7 * 86400), 3)


def test_08_four_steps_in_a_day_on_one_platform(shop, raw):
    steps = ["catalog", "product_view", "add_to_cart", "cart"]
    sql, level = attempts(steps, 86400)
    sql = sql.replace("b.u = a.u AND", "b.u = a.u AND b.platform = a.platform AND")
    levels = {}
    for platform, n_level, n in raw.execute(f"{sql} SELECT platform, level, count(*) FROM (SELECT u, platform, max({level}) AS level FROM a4 GROUP BY ALL) GROUP BY ALL").fetchall():
        levels.setdefault((platform,), {})[n_level] = n
    groups = funnel(shop, steps, {"n": 1, "unit": "day"}, breakdown=[{"property": "platform"}], hold=["platform"])
    assert {k: v for k, v in groups.items() if k} == {k: reached(v, 4) for k, v in levels.items()}


def test_09_six_steps_in_a_month(shop, raw):
    steps = ["home", "product_view", "add_to_cart", "cart", "shipping_details", "purchase"]
    assert funnel(shop, steps, {"n": 30, "unit": "day"})[()] == reached(by_person(raw, steps, 30 * 86400), 6)


def test_10_any_order_within_an_hour(shop, raw):
    steps = ["search", "filter_results", "add_to_cart", "wishlist_add"]
    names = ", ".join(f"'{s}'" for s in steps)
    levels = dict(raw.execute(f"""WITH f AS (SELECT * FROM e WHERE event IN ({names})),
        l AS (SELECT a.u, a.rank, count(DISTINCT b.event) AS level FROM f a JOIN f b ON a.u = b.u AND b.t >= a.t AND b.t <= a.t + INTERVAL 1 HOUR GROUP BY ALL)
        SELECT level, count(*) FROM (SELECT u, max(level) AS level FROM l GROUP BY u) GROUP BY level""").fetchall())
    assert funnel(shop, steps, {"n": 1, "unit": "hour"}, order="any")[()] == reached(levels, 4)


@pytest.fixture(scope="module")
def without_ties(raw):
    """The people none of whose events share a second: for them the order of events is beyond doubt."""
    return [u for (u,) in raw.execute("SELECT u FROM e GROUP BY u HAVING count(*) = count(DISTINCT t) ORDER BY u").fetchall()]


def test_11_strict_order_of_people_without_ties(shop, raw, without_ties):
    steps = ["catalog", "product_view", "add_to_cart"]
    people = ", ".join(f"'{u}'" for u in without_ties)
    levels = dict(raw.execute(f"""WITH n AS (SELECT u, event, t, lead(event, 1) OVER w AS e2, lead(t, 1) OVER w AS t2, lead(event, 2) OVER w AS e3, lead(t, 2) OVER w AS t3
          FROM e WHERE u IN ({people}) WINDOW w AS (PARTITION BY u ORDER BY t)),
        l AS (SELECT u, CASE WHEN e2 <> '{steps[1]}' OR e2 IS NULL OR t2 > t + INTERVAL 1 DAY THEN 1 WHEN e3 <> '{steps[2]}' OR e3 IS NULL OR t3 > t + INTERVAL 1 DAY THEN 2 ELSE 3 END AS level
          FROM n WHERE event = '{steps[0]}')
        SELECT level, count(*) FROM (SELECT u, max(level) AS level FROM l GROUP BY u) GROUP BY level""").fetchall())
    answer = funnel(shop, steps, {"n": 1, "unit": "day"}, order="strict", cohorts={"clear": without_ties}, filter={"cohort": "clear", "in": True})
    assert answer[()] == reached(levels, 3)


def test_12_an_exclusion_ends_an_attempt(shop, raw, without_ties):
    steps = ["add_to_cart", "cart", "purchase"]
    people = ", ".join(f"'{u}'" for u in without_ties)
    sql, _ = attempts(steps, 3 * 86400, f"AND u IN ({people})")
    levels = dict(raw.execute(f"""{sql}, x AS (SELECT *, EXISTS (SELECT 1 FROM e b WHERE b.u = a3.u AND b.event = 'payment_error' AND b.t > t2 AND b.t < coalesce(t3, t1 + INTERVAL 3 DAY)) AS out FROM a3)
        SELECT level, count(*) FROM (SELECT u, max(CASE WHEN t2 IS NULL THEN 1 WHEN t3 IS NULL OR out THEN 2 ELSE 3 END) AS level FROM x GROUP BY u) GROUP BY level""").fetchall())
    answer = funnel(shop, steps, {"n": 3, "unit": "day"}, exclude=[{"select": {"event": "payment_error"}, "after": 2, "before": 3}], cohorts={"clear": without_ties}, filter={"cohort": "clear", "in": True})
    assert answer[()] == reached(levels, 3)


def test_13_funnel_within_a_session(shop, raw):
    steps = ["home", "product_view", "add_to_cart"]
    sql, level = attempts(steps, 365 * 86400)
    sql = sql.replace("b.u = a.u AND", "b.u = a.u AND b.s = a.s AND")
    levels = dict(raw.execute(f"{sql} SELECT level, count(*) FROM (SELECT s, max({level}) AS level FROM a3 GROUP BY s) GROUP BY level").fetchall())
    answer = funnel(shop, steps, {"n": 1, "unit": "session"}, count="session")
    assert answer[()] == reached(levels, 3)


def retention(server, birth, back, unit, periods, timezone="UTC", range=ALL, **more):
    question = {"kind": "retention", "birth": {"event": birth}, "return": {"event": back}, "unit": unit, "periods": periods, "range": range, "timezone": timezone} | more
    return {day(c["start"]): (c["size"], c["returned"]) for c in server.ask(question)["answer"]["cohorts"] if c["size"]}


def cohorts(raw, born, back, unit, periods, local="t", table_name="e"):
    """{first day of the birth unit: (size, [returned in period 1…])} where `born` gives (u, local unit)."""
    months = f"datediff('{unit}', c, p)" if unit == "month" else f"datediff('day', c, p) // {7 if unit == 'week' else 1}"
    sizes = table(raw, f"WITH b AS ({born}) SELECT strftime(c, '%Y-%m-%d'), count(DISTINCT u) FROM b GROUP BY ALL")
    cells = table(raw, f"""WITH b AS ({born}), r AS (SELECT DISTINCT u, date_trunc('{unit}', {local}) AS p FROM {table_name} WHERE {back})
        SELECT strftime(c, '%Y-%m-%d'), {months} AS k, count(DISTINCT u) FROM b JOIN r USING (u) WHERE p > c GROUP BY ALL""")
    return {c: (n, [cells.get((c, k), 0) for k in range(1, periods + 1)]) for (c,), n in sizes.items()}


def same_cohorts(answer, expected):
    assert {c: (size, row[1:]) for c, (size, row) in answer.items()} == expected


def test_14_weekly_retention_of_first_purchases_in_paris(shop, raw):
    born = f"SELECT u, date_trunc('week', min({PARIS})) AS c FROM e WHERE event = 'purchase' GROUP BY u"
    expected = cohorts(raw, born, "event = 'purchase'", "week", 12, PARIS)
    same_cohorts(retention(shop, "purchase", "purchase", "week", 12, "Europe/Paris", first_time=True), expected)


def test_15_weekly_retention_of_everybody_who_searches(shop, raw):
    born = "SELECT DISTINCT u, date_trunc('week', t) AS c FROM e WHERE event = 'search'"
    expected = cohorts(raw, born, "true", "week", 8)
    same_cohorts(retention(shop, "search", None, "week", 8), expected)


def test_16_daily_rolling_retention(shop, raw):
    born = table(raw, "SELECT u, min(t) FROM e WHERE event = 'home' GROUP BY u")
    rows = raw.execute("""WITH b AS (SELECT u, min(t) AS f FROM e WHERE event = 'home' GROUP BY u)
        SELECT strftime(f, '%Y-%m-%d') AS c, floor(epoch(e.t - f) / 86400)::INT AS k, count(DISTINCT u) FROM b JOIN e USING (u) WHERE e.t > f GROUP BY ALL""").fetchall()
    cells = {(c, k): n for c, k, n in rows}
    answer = retention(shop, "home", None, "day", 7, first_time=True, alignment="rolling")
    assert sum(size for size, _ in answer.values()) == len(born)
    assert {(c, k): n for c, (_, row) in answer.items() for k, n in enumerate(row) if k and n} == {key: n for key, n in cells.items() if 1 <= key[1] <= 7}


def test_17_monthly_retention_of_cdnow(music, raw):
    born = "SELECT u, date_trunc('month', min(t)) AS c FROM cd GROUP BY u"
    expected = cohorts(raw, born, "true", "month", 17, table_name="cd")
    answer = retention(music, "Purchase", "Purchase", "month", 17, range={"from": "1997-01-01", "to": "1998-06-30"}, first_time=True)
    same_cohorts(answer, expected)
    assert sorted(answer) == ["1997-01-01", "1997-02-01", "1997-03-01"] and sum(size for size, _ in answer.values()) == 23_570


def test_18_money_of_cdnow(music, raw):
    span = {"from": "1997-01-01", "to": "1998-06-30"}
    for measure, sql in [
        ({"sum": "dollar_value"}, "sum(dollars)"),
        ({"average": "dollar_value"}, "avg(dollars)"),
        ({"median": "dollar_value"}, "quantile_cont(dollars, 0.5)"),
        ({"percentile": 90, "property": "dollar_value"}, "quantile_cont(dollars, 0.9)"),
        ({"max": "dollar_value"}, "max(dollars)"),
        ({"distinct": "number_of_cds"}, "count(DISTINCT cds)"),
        ({"per_person": {"sum": "dollar_value"}, "then": "average"}, "sum(dollars) / count(DISTINCT u)"),
    ]:
        expected = table(raw, f"SELECT strftime(date_trunc('month', t), '%Y-%m-%d'), {sql} FROM cd GROUP BY ALL")
        near(lines(trend(music, {"event": "Purchase"}, measure, "month", range=span)), expected)


def test_19_weekly_buyers_of_cdnow_by_number_of_discs(music, raw):
    where = {"property": "number_of_cds", "op": "gte", "value": 5}
    expected = table(raw, "SELECT strftime(date_trunc('week', t), '%Y-%m-%d'), count(DISTINCT u) FROM cd WHERE cds >= 5 GROUP BY ALL")
    near(lines(trend(music, {"event": "Purchase", "where": where}, "unique", "week", range={"from": "1997-01-01", "to": "1998-06-30"})), expected)


def test_20_days_active_in_a_month(shop, raw):
    rows = raw.execute("""SELECT m, n, count(*) FROM (SELECT u, strftime(date_trunc('month', t), '%Y-%m-%d') AS m, count(DISTINCT t::DATE) AS n FROM e GROUP BY ALL) GROUP BY ALL""").fetchall()
    answer = shop.ask({"kind": "frequency", "select": {"event": None}, "period": "month", "unit": "day", "mode": "exactly", "range": ALL, "timezone": "UTC"})["answer"]
    assert {(day(p["start"]), n): people for p in answer["periods"] for n, people in enumerate(p["people"], 1) if people} == {(m, n): people for m, n, people in rows}


def test_21_new_returning_resurrected_dormant(shop, raw):
    rows = raw.execute("""WITH a AS (SELECT DISTINCT u, date_trunc('week', t)::DATE AS w FROM e),
        b AS (SELECT *, lag(w) OVER o AS before, lead(w) OVER o AS after FROM a WINDOW o AS (PARTITION BY u ORDER BY w)),
        s AS (SELECT w, CASE WHEN before IS NULL THEN 'new' WHEN before = w - 7 THEN 'returning' ELSE 'resurrected' END AS status FROM b
              UNION ALL SELECT w + 7, 'dormant' FROM b WHERE after IS NULL OR after > w + 7)
        SELECT strftime(w, '%Y-%m-%d'), status, count(*) FROM s WHERE w <= DATE '2024-06-24' GROUP BY ALL""").fetchall()
    answer = shop.ask({"kind": "lifecycle", "select": {"event": None}, "interval": "week", "range": ALL, "timezone": "UTC"})["answer"]
    statuses = ("new", "returning", "resurrected", "dormant")
    assert {(day(i["start"]), s): i[s] for i in answer["intervals"] for s in statuses if i[s]} == {(w, s): n for w, s, n in rows}


def test_22_the_people_behind_a_number_are_that_many(shop):
    question = {"kind": "funnel", "steps": [{"event": "product_view"}, {"event": "purchase"}], "window": {"n": 7, "unit": "day"}, "range": ALL, "timezone": "UTC"}
    counts = [s["count"] for s in shop.ask(question)["answer"]["groups"][0]["steps"]]
    for step, count in enumerate(counts, 1):
        answer = shop.ask({"kind": "people", "of": question, "at": {"step": step}, "limit": 1_000})["answer"]
        assert answer["count"] == count == len({p["id"] for p in answer["people"]})


def test_23_export_gives_back_what_came_in(shop, raw, tmp_path):
    out = tmp_path / "events.parquet"
    run("export", "--url", shop.url, "--key", export_key(shop), "--out", out)
    same = duckdb.connect().execute(f"SELECT event, count(*), count(DISTINCT distinct_id) FROM '{out}' GROUP BY ALL ORDER BY ALL").fetchall()
    assert same == raw.execute("SELECT event, count(*), count(DISTINCT u) FROM e GROUP BY ALL ORDER BY ALL").fetchall()


def export_key(server):
    made = server.post(f"/api/projects/{server.project}/keys", {"name": "export", "scopes": ["read"]})
    assert made.status in (200, 201), made
    return made.json()["secret"]
