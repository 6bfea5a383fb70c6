"""From raw messages to typed columns, as SQL over the staging engine. Nothing here runs anything.

Tables: `raw(pos, frame, idx, body, deep)` one row a message, `frame(frame, source_no, received, type, ip, sent, context,
flags, place)` one row a request. Each function returns one SELECT; loader.py composes them.
"""

from collections.abc import Sequence

from pentad.data.ingest.frames import OUTBOX
from pentad.data.ingest.rules import MAX_EXACT, MAX_GROUP_ID, MAX_MESSAGE_BYTES, MAX_MESSAGE_ID, MAX_PROPERTIES, TYPES
from pentad.ledger.sql import literal

_FIELDS = (
    '{"type":"VARCHAR","messageId":"VARCHAR","userId":"VARCHAR","anonymousId":"VARCHAR","event":"VARCHAR",'
    '"name":"VARCHAR","category":"VARCHAR","groupId":"VARCHAR","previousId":"VARCHAR","timestamp":"VARCHAR",'
    '"originalTimestamp":"VARCHAR","sentAt":"VARCHAR","personId":"VARCHAR","properties":"JSON","context":"JSON","traits":"JSON"}'
)


def _time(text: str) -> str:
    """ISO 8601 text or epoch digits (seconds or milliseconds) as naive UTC; NULL when unreadable, beyond the years
    that Python's and other programs' calendars have, or with an offset that no place has (the engine takes +99:99)."""
    read = f"CAST(try_cast({text} AS TIMESTAMPTZ) AS TIMESTAMP)"
    sane = f"CASE WHEN {read} BETWEEN TIMESTAMP '0001-01-02' AND TIMESTAMP '9999-12-30' THEN {read} END"
    return (
        f"CASE WHEN {text} IS NULL THEN NULL WHEN suffix({text}, 'Z') THEN {sane}"  # most are: no need of the patterns
        f" WHEN regexp_full_match({text}, '[0-9]{{10}}([0-9]{{3}})?')"
        f" THEN make_timestamp(try_cast({text} AS BIGINT) * CASE WHEN length({text}) = 10 THEN 1000000 ELSE 1000 END)"
        f" WHEN regexp_matches({text}, ':[0-9:.,]*[+-][0-9:]+$')"
        f" THEN CASE WHEN regexp_matches({text}, ':[0-9:.,]*[+-](0?[0-9]|1[0-5])(:?[0-5][0-9]){{0,2}}$') THEN {sane} END"
        f" ELSE {sane} END"
    )


def identifier_sql(text: str, raw: str, field: str) -> str:
    """The text of an identifier. A number without a fraction is the same written 42, 42.0 or 4.2e1; the text "42.0" is
    another. Beyond 2^53 a number with a point is not exact, so it is left as it is."""
    return (
        f"CASE WHEN suffix({text}, '.0') AND length({text}) <= 19 THEN"
        f" CASE WHEN json_type({raw}, '$.{field}') = 'DOUBLE' AND abs(try_cast({text} AS DOUBLE)) < {MAX_EXACT}"
        f" THEN CAST(try_cast({text} AS BIGINT) AS VARCHAR) ELSE {text} END ELSE {text} END"
    )


def parsed_sql() -> str:
    """Fields out of the JSON text. `bad` names why the text could not be read at all."""
    return f"""
    SELECT *, CASE
        WHEN strlen(raw) > {MAX_MESSAGE_BYTES} THEN 'message_too_large'
        WHEN j IS NULL AND NOT json_valid(raw) THEN CASE WHEN contains(raw, '\\ud') OR contains(raw, '\\uD')
                                              THEN 'invalid_unicode' ELSE 'malformed_json' END
        WHEN NOT starts_with(ltrim(raw), '{{') THEN 'wrong_type'
        WHEN deep THEN 'too_deep'
        WHEN contains(raw, '\\u0000')
         AND regexp_matches(raw, '(^|[^\\\\])(\\\\\\\\)*\\\\u0000') THEN 'null_byte' END AS bad
    FROM (SELECT r.pos, r.frame, r.idx, r.body AS raw, r.deep, f.source_no, f.received, f.ip, f.flags, f.place,
            TRY(from_json(r.body, '{_FIELDS}')) AS j,
            f.type AS frame_type, f.sent AS frame_sent, f.context AS frame_context
          FROM raw r JOIN frame f USING (frame))"""


def half_md5(text: str) -> str:
    """The second half of the MD5 of a text as a number: what md5_number_lower says, in a third of its time."""
    return f"CAST(md5_number({text}) >> 64 AS UBIGINT)"


def message_key_sql() -> str:
    """As `rules.message_key`."""
    return half_md5("source_no || ':' || message_id")


def unread_id(broken: str, raw: str) -> str:
    """The messageId of a text that is no valid JSON, as far as it can be seen: its sender will ask by it."""
    return rf"""nullif(CASE WHEN {broken} THEN regexp_extract({raw}, '"messageId"\s*:\s*"([^"\\]+)"', 1) END, '')"""


def _id(field: str) -> str:
    return identifier_sql(f"j.{field}", "raw", field)


def typed_sql() -> str:
    """Names, times and identifiers in their final types, before any judgement."""
    ctx = (
        "CASE WHEN frame_context IS NULL THEN j.context WHEN j.context IS NULL THEN frame_context"
        " ELSE json_merge_patch(frame_context, j.context) END"
    )
    return f"""
    SELECT pos, frame, idx, raw, source_no, received, flags, bad,
      coalesce(nullif(frame_type, ''), j.type, '') AS type,
      coalesce(nullif({_id("messageId")}, ''), {unread_id("j IS NULL", "raw")}, 'pentad-' || md5(place || ':' || idx)) AS message_id,
      nullif(trim({_id("userId")}), '') AS user_id, nullif(trim({_id("anonymousId")}), '') AS anonymous_id,
      CASE WHEN coalesce(nullif(frame_type, ''), j.type) = 'alias' THEN nullif(trim({_id("previousId")}), '') END AS previous_id,
      nullif(trim({_id("groupId")}), '') AS group_id,
      CASE coalesce(nullif(frame_type, ''), j.type) WHEN 'track' THEN coalesce(j.event, '')
           ELSE coalesce(j.name, '') END AS name,
      coalesce(j.timestamp, j.originalTimestamp) AS original_text,
      {_time("coalesce(j.timestamp, j.originalTimestamp)")} AS original,
      coalesce({_time("j.sentAt")}, {_time("frame_sent")}) AS sent,
      CASE WHEN j.properties IS NULL AND j.previousId IS NOT NULL AND coalesce(nullif(frame_type, ''), j.type) = 'alias'
           THEN CAST(json_object('previousId', j.previousId) AS VARCHAR)
           WHEN j.category IS NOT NULL AND j.properties IS NULL THEN CAST(json_object('category', j.category) AS VARCHAR)
           WHEN j.category IS NOT NULL AND starts_with(CAST(j.properties AS VARCHAR), '{{')
           THEN CAST(json_merge_patch(json_object('category', j.category), j.properties) AS VARCHAR)
           ELSE CAST(j.properties AS VARCHAR) END AS props,
      CASE WHEN ip <> '' AND ({ctx}) IS NULL THEN CAST(json_object('ip', ip) AS VARCHAR)
           WHEN ip <> '' THEN CAST(json_merge_patch(json_object('ip', ip), {ctx}) AS VARCHAR)
           ELSE CAST({ctx} AS VARCHAR) END AS context,
      CAST(j.traits AS VARCHAR) AS top_traits,
      CASE WHEN flags & 4 > 0 THEN j.personId END AS pinned
    FROM parsed"""


def _object(column: str) -> str:
    return f"({column} IS NOT NULL AND NOT starts_with({column}, '{{'))"


def _compound(column: str) -> str:
    """A text that was an object or a list in the JSON: no identifier or name looks like that."""
    return f"({column} IS NOT NULL AND (starts_with({column}, '{{') OR starts_with({column}, '[')))"


def _many(column: str) -> str:
    # Each member takes at least six characters, so short texts are not parsed again.
    return f"(CASE WHEN length({column}) > {MAX_PROPERTIES * 6} THEN len(json_keys({column})) ELSE 0 END > {MAX_PROPERTIES})"


_BODY = "type, name, user_id, anonymous_id, group_id, previous_id, original_text, props, traits"


_COMPANY_ALONE = "coalesce(CASE WHEN type = 'group' THEN context ->> '$.companyOnly' END = 'true', FALSE)"
"""The message is about a company, and nobody belongs to it (PostHog's `$groupidentify` without a user)."""

_NOBODY = "(user_id IS NULL AND anonymous_id IS NULL AND pinned IS NULL)"


def judged_sql() -> str:
    """Corrected time, traits wherever the library put them, key, and the reason to set a message aside."""
    types = ", ".join(f"'{t}'" for t in TYPES)
    return f"""
    SELECT *, CASE
        WHEN bad IS NOT NULL THEN bad
        WHEN type NOT IN ({types}) THEN 'unknown_type'
        WHEN {_object("props")} OR {_object("context")} OR {_object("traits")} OR {_compound("user_id")}
          OR {_compound("anonymous_id")} OR {_compound("group_id")} OR {_compound("name")} OR {_compound("message_id")} THEN 'wrong_type'
        WHEN length(message_id) > {MAX_MESSAGE_ID} THEN 'message_id_too_long'
        WHEN user_id IS NULL AND anonymous_id IS NULL AND pinned IS NULL AND NOT {_COMPANY_ALONE} THEN 'no_user_anon_id'
        WHEN length(user_id) > 500 OR length(anonymous_id) > 500 OR length(previous_id) > 500 THEN 'identifier_too_long'
        WHEN type = 'track' AND name = '' THEN 'missing_event'
        WHEN type = 'group' AND group_id IS NULL THEN 'missing_group_id'
        WHEN length(group_id) > {MAX_GROUP_ID} THEN 'group_id_too_long'
        WHEN type = 'alias' AND (previous_id IS NULL OR user_id IS NULL) THEN 'missing_previous_id'
        WHEN {_many("props")} OR {_many("traits")} THEN 'too_many_properties'
        WHEN (original_text IS NOT NULL AND original IS NULL) OR NOT isfinite(original) OR ts < TIMESTAMP '1970-01-01' THEN 'bad_timestamp'
        END AS reason,
      {message_key_sql()} AS key,
      {half_md5(f"concat_ws(chr(31), {_BODY})")} AS body
    FROM (SELECT *,
        CASE WHEN original IS NULL THEN received
             WHEN sent IS NULL OR NOT isfinite(sent) OR NOT isfinite(original) THEN least(original, received)
             ELSE least(received - (sent - original), received) END AS ts,
        CASE WHEN type IN ('identify', 'group') THEN coalesce(top_traits, context ->> '$.traits') ELSE top_traits END AS traits
      FROM typed)"""


def judgement_sql() -> str:
    """The three steps above as one query: nothing in between is kept."""
    return f"""
    WITH parsed AS NOT MATERIALIZED ({parsed_sql()}),
    typed AS NOT MATERIALIZED ({typed_sql()}),
    judged AS NOT MATERIALIZED ({judged_sql()})
    SELECT *, CASE WHEN reason IS NULL THEN {_extra()} END AS extra FROM judged"""


def outcomes_sql() -> str:
    """What becomes of each message: `outcome` is quarantined, duplicate or candidate. Only what is new beside `judged`.

    `known(key, body)` are the messages stored before; within the slice the first copy counts.
    """
    return """
    WITH copies AS (SELECT key, min(pos) AS pos, arg_min(body, pos) AS body
                    FROM judged WHERE reason IS NULL GROUP BY key HAVING count(*) > 1)
    SELECT pos, CASE WHEN reason IS NOT NULL THEN 'quarantined' WHEN first_body IS NULL THEN 'candidate'
                     WHEN first_body = body THEN 'duplicate' ELSE 'quarantined' END AS outcome,
      CASE WHEN reason IS NULL AND first_body <> body THEN 'id_conflict' ELSE reason END AS final_reason
    FROM (SELECT j.pos, j.reason, j.body, coalesce(k.body, CASE WHEN j.pos > c.pos THEN c.body END) AS first_body
          FROM judged j LEFT JOIN known k ON k.key = j.key LEFT JOIN copies c ON c.key = j.key)"""


def combos_sql() -> str:
    """The distinct combinations of identifiers in order of their first appearance: what Python sees."""
    return f"""
    SELECT min(pos) AS first, user_id, anonymous_id, previous_id, extra, pinned,
           epoch_us(min(ts)) AS ts, epoch_us(min(received)) AS received,
           arg_min(message_id, pos) AS message_id, arg_min(source_no, pos) AS source_no
    FROM judged JOIN outcome USING (pos) WHERE outcome = 'candidate' AND NOT {_NOBODY}
    GROUP BY user_id, anonymous_id, previous_id, extra, pinned ORDER BY first"""


def placed_sql() -> str:
    """Every message with its final outcome, person and arrival number. `resolved` has one row a combination."""
    same = " AND ".join(
        f"j.{c} IS NOT DISTINCT FROM r.{c}" for c in ("user_id", "anonymous_id", "previous_id", "extra", "pinned")
    )
    nobody = "(j.user_id IS NULL AND j.anonymous_id IS NULL AND j.pinned IS NULL)"
    return f"""
    SELECT pos, CASE WHEN o.outcome = 'candidate' AND {nobody} THEN 0 ELSE r.person_no END AS person_no,
      CAST($base + pos AS BIGINT) AS seq,
      CASE WHEN o.outcome = 'candidate' THEN CASE WHEN r.person_no IS NULL AND NOT {nobody} THEN 'quarantined' ELSE 'stored' END
           ELSE o.outcome END AS outcome,
      coalesce(o.final_reason, r.reason) AS final_reason
    FROM judged j JOIN outcome o USING (pos) LEFT JOIN resolved r ON o.outcome = 'candidate' AND {same}"""


def _extra() -> str:
    """Further identifiers of a message as JSON: the e-mail of an identify call, external ids; else NULL."""
    email = "coalesce(traits ->> '$.email', context ->> '$.traits.email')"
    return (
        f"CASE WHEN (type = 'identify' AND {email} IS NOT NULL) OR contains(context, '\"externalIds\"') THEN"
        f" CAST(json_object('email', CASE WHEN type = 'identify' THEN {email} END,"
        " 'externalIds', context -> '$.externalIds') AS VARCHAR) END"
    )


def quarantined_sql() -> str:
    return """
    SELECT seq, source_no, left(message_id, 200) AS message_id, received, final_reason AS reason,
      CASE final_reason WHEN 'unknown_type' THEN 'type is “' || left(type, 60) || '”'
        WHEN 'bad_timestamp' THEN 'timestamp is “' || left(coalesce(original_text, ''), 60) || '”'
        WHEN 'message_too_large' THEN format('{:,} bytes', strlen(raw))
        WHEN 'message_id_too_long' THEN format('{} characters', length(message_id))
        WHEN 'group_id_too_long' THEN format('{} characters', length(group_id))
        ELSE '' END AS detail,
      left(raw, 40000) AS raw
    FROM judged JOIN placed USING (pos) WHERE outcome = 'quarantined' ORDER BY seq"""


def duplicates_sql() -> str:
    return "SELECT seq, source_no, message_id, received, key FROM judged JOIN placed USING (pos) WHERE outcome = 'duplicate' ORDER BY seq"


def counts_sql() -> str:
    """Per source and minute: what was promised when the request was accepted, and what became of it."""
    return """
    SELECT source_no, minute, CAST(sum(accepted) AS BIGINT) AS accepted, CAST(sum(stored) AS BIGINT) AS stored,
      CAST(sum(duplicate) AS BIGINT) AS duplicate, CAST(sum(quarantined) AS BIGINT) AS quarantined
    FROM (SELECT source_no, date_trunc('minute', received) AS minute, promised AS accepted,
                 0 AS stored, 0 AS duplicate, 0 AS quarantined FROM frame
          UNION ALL
          SELECT source_no, date_trunc('minute', received), 0, CAST(outcome = 'stored' AS INTEGER),
                 CAST(outcome = 'duplicate' AS INTEGER), CAST(outcome = 'quarantined' AS INTEGER) FROM judged JOIN placed USING (pos))
    GROUP BY source_no, minute ORDER BY minute, source_no"""


def seen_sql() -> str:
    """How each part of a person appears in the slice, times as the relational database writes them.

    What colleagues did with a customer is in the timeline too, but is no activity of the customer's.
    """
    return f"""
    SELECT person_no, strftime(min(ts), '%Y-%m-%d %H:%M:%S.%f') AS first, strftime(max(ts), '%Y-%m-%d %H:%M:%S.%f') AS last,
      count(*) AS events
    FROM judged JOIN placed USING (pos) WHERE outcome = 'stored' AND person_no <> 0 AND flags & {OUTBOX} = 0
    GROUP BY person_no ORDER BY person_no"""


def arrived_sql(quiet: Sequence[str] = ()) -> str:
    """Whose messages are stored, and what they are called. quiet: names that do not count when they are Pentad's own."""
    own = f" AND NOT (flags & {OUTBOX} > 0 AND name IN ({', '.join(map(literal, quiet))}))" if quiet else ""
    return f"""
    SELECT list(DISTINCT person_no) FILTER (WHERE person_no <> 0) AS persons, list(DISTINCT name) AS names
    FROM judged JOIN placed USING (pos) WHERE outcome = 'stored'{own}"""


def stated_sql() -> str:
    """Messages that say something of a person or a company, in order."""
    return f"""
    SELECT type, person_no, source_no, ts, message_id, group_id, traits, flags & {OUTBOX} > 0 AS own,
      CASE WHEN contains(context, '"traitsOnce"') THEN CAST(context -> '$.traitsOnce' AS VARCHAR) END AS once
    FROM judged JOIN placed USING (pos) WHERE outcome = 'stored' AND type IN ('identify', 'group') ORDER BY seq"""


_PROMOTED = (
    "path",
    "referrer",
    "product_id",
    "category",
    "order_id",
    "currency",
    "revenue",
    "total",
    "value",
    "quantity",
)


def events_sql() -> str:
    """The rows of the ledger, in its column order, for messages that are stored.

    All promoted properties come out of one pass over the JSON text: a pass for each is five times slower.
    """
    paths = ", ".join(f"'$.{name}'" for name in _PROMOTED)
    p = {name: f"p[{place}]" for place, name in enumerate(_PROMOTED, 1)}
    texts = ", ".join(f"{p[name]} AS p_{name}" for name in _PROMOTED[1:6])
    amounts = ", ".join(f"try_cast({p[name]} AS DOUBLE)" for name in ("revenue", "total", "value"))
    return f"""
    SELECT seq, CAST(person_no AS INTEGER) AS person_no, source_no, type, name, ts, received, original, sent, message_id,
      key, body, user_id, anonymous_id, group_id,
      coalesce({p["path"]}, CASE WHEN type = 'page' THEN context ->> '$.page.path' END) AS p_path, {texts},
      coalesce({amounts}) AS p_revenue, try_cast({p["quantity"]} AS DOUBLE) AS p_quantity, props, context, traits
    FROM (SELECT *, json_extract_string(props, [{paths}]) AS p FROM judged JOIN placed USING (pos)
          WHERE person_no IS NOT NULL) ORDER BY seq"""
