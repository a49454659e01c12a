export type Places = {
  /** GoodTake's address as the gateway reaches it, such as `127.0.0.1:3000`. */
  goodtake: string;
  /** The address of your own API. */
  upstream: string;
  /** The port that the gateway listens on. */
  port: number;
};

/** The documented bodies, for responses that the gateway writes itself. */
const body = (code: string, message: string) => JSON.stringify({ error: { code, message } });
const UNAUTHORIZED = body("unauthorized", "Invalid or missing API key");
const FORBIDDEN = body("forbidden", "Insufficient credits or quota exceeded");
const INSUFFICIENT_SCOPE = body("insufficient_scope", "The API key lacks a permission");
const LIMITED = body("rate_limit_exceeded", "Too many requests; try again when Retry-After has passed");
export const MALFORMED = body("invalid_request", "The request is not valid");
const TOO_LARGE = body("headers_too_large", "The headers are larger than 16,384 bytes");
export const NOT_FOUND = body("not_found", "There is nothing at this path");
export const UNAVAILABLE = body("unavailable", "The service is unavailable for the moment");

/** Matches a path with `..`, `//` or a backslash, also encoded. Letters are in any case. */
export const UNCLEAR_PATH = String.raw`^[^?]*(\.\.|//|\x5c|%2e|%2f|%5c)`;

export function nginxExample({ goodtake, upstream, port }: Places): string {
  return `upstream goodtake {
    server ${goodtake};
    keepalive 32;
}

server {
    listen ${port};

    # CGI, WSGI and PHP read GoodTake_Tier and GoodTake.Tier as GoodTake-Tier: nginx drops such names.
    # It reads these lines in the default server of a port only, so set them there if this is another one.
    underscores_in_headers off;
    ignore_invalid_headers on;
    # Larger than what GoodTake accepts (16 KB of headers), so that its answer decides.
    large_client_header_buffers 4 32k;

    default_type application/json;

    # Your API may resolve /images/../reports/1 to a different path than nginx does. The permission of
    # the wrong location would then be checked.
    if ($request_uri ~* "${UNCLEAR_PATH}") {
        return 400 '${MALFORMED}';
    }

    # Each location sets the permission that it requires.
    location /reports/ {
        set $goodtake_scope reports:read;
        proxy_pass http://${upstream};
    }

    location /images/ {
        set $goodtake_scope images:write;
        proxy_pass http://${upstream};
    }

    # All other paths, in any spelling.
    location / {
        return 404 '${NOT_FOUND}';
    }

    # The rest applies to every location. A location with its own proxy_set_header or add_header
    # inherits none of those below, so repeat them there.
    auth_request /_goodtake;

    # The caller's identity for your API. Setting all six overwrites any that a client sends.
    auth_request_set $goodtake_user_id $upstream_http_goodtake_user_id;
    auth_request_set $goodtake_key_id $upstream_http_goodtake_key_id;
    auth_request_set $goodtake_key_name $upstream_http_goodtake_key_name;
    auth_request_set $goodtake_key_environment $upstream_http_goodtake_key_environment;
    auth_request_set $goodtake_key_scopes $upstream_http_goodtake_key_scopes;
    auth_request_set $goodtake_tier $upstream_http_goodtake_tier;
    proxy_set_header GoodTake-User-Id $goodtake_user_id;
    proxy_set_header GoodTake-Key-Id $goodtake_key_id;
    proxy_set_header GoodTake-Key-Name $goodtake_key_name;
    proxy_set_header GoodTake-Key-Environment $goodtake_key_environment;
    proxy_set_header GoodTake-Key-Scopes $goodtake_key_scopes;
    proxy_set_header GoodTake-Tier $goodtake_tier;

    # Your API has no use for the key, so it can't lose it.
    proxy_set_header Authorization "";
    proxy_set_header X-API-Key "";
    proxy_http_version 1.1;

    # The limits for the client, and the values that the error locations need.
    auth_request_set $goodtake_status $upstream_status;
    auth_request_set $goodtake_status_connection "$upstream_status $upstream_http_connection";
    auth_request_set $goodtake_error $upstream_http_goodtake_error;
    auth_request_set $goodtake_challenge $upstream_http_www_authenticate;
    auth_request_set $goodtake_policy $upstream_http_ratelimit_policy;
    auth_request_set $goodtake_limit $upstream_http_ratelimit;
    auth_request_set $goodtake_retry_after $upstream_http_retry_after;
    auth_request_set $goodtake_request_id $upstream_http_x_request_id;
    add_header RateLimit-Policy $goodtake_policy always;
    add_header RateLimit $goodtake_limit always;

    # nginx knows three answers: 2xx, 401 and 403. All others, and none at all, are its 500.
    error_page 401 = @goodtake_unauthorized;
    error_page 403 = @goodtake_rejected;
    error_page 500 = @goodtake_unavailable;

    location = /_goodtake {
        internal;
        # A location that sets no permission sends an empty one, which GoodTake rejects.
        proxy_pass http://goodtake/api/v1/auth?limited=403&cost=1&scope=$goodtake_scope;
        proxy_set_header Connection "";
        proxy_set_header X-Forwarded-For $remote_addr;
        proxy_pass_request_body off;
        proxy_set_header Content-Length "";
        proxy_connect_timeout 1s;
        proxy_read_timeout 5s;
        # For a key with many permissions.
        proxy_buffer_size 16k;
        proxy_buffers 4 16k;
    }

    location @goodtake_unauthorized {
        internal;
        add_header X-Request-Id $goodtake_request_id always;
        add_header Cache-Control "private, no-store" always;
        return 401 '${UNAUTHORIZED}';
    }

    location @goodtake_rejected {
        internal;
        add_header X-Request-Id $goodtake_request_id always;
        add_header Cache-Control "private, no-store" always;
        add_header RateLimit-Policy $goodtake_policy always;
        add_header RateLimit $goodtake_limit always;
        # nginx leaves out a header that is empty: Retry-After is for 429, and WWW-Authenticate
        # names a missing permission.
        add_header Retry-After $goodtake_retry_after always;
        add_header WWW-Authenticate $goodtake_challenge always;
        if ($goodtake_error = rate_limit_exceeded) {
            return 429 '${LIMITED}';
        }
        if ($goodtake_error = insufficient_scope) {
            return 403 '${INSUFFICIENT_SCOPE}';
        }
        return 403 '${FORBIDDEN}';
    }

    location @goodtake_unavailable {
        internal;
        # GoodTake closes the connection if it can't read the request. A retry can't help, so there
        # is no Retry-After. Any other 400 is an error in this file, such as an unknown permission;
        # GoodTake logs it.
        if ($goodtake_status_connection = "400 close") {
            add_header Cache-Control "private, no-store" always;
            return 400 '${MALFORMED}';
        }
        if ($goodtake_status = 431) {
            add_header Cache-Control "private, no-store" always;
            return 431 '${TOO_LARGE}';
        }
        add_header Cache-Control "private, no-store" always;
        add_header Retry-After 1 always;
        return 503 '${UNAVAILABLE}';
    }
}`;
}
