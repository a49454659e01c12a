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
const LIMITED = body("rate_limit_exceeded", "Too many requests; try again when Retry-After has passed");
const MALFORMED = body("invalid_request", "The request is not valid");
const TOO_LARGE = body("headers_too_large", "The headers are larger than 16,384 bytes");
export const UNAVAILABLE = body("unavailable", "The service is unavailable for the moment");

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

    location / {
        auth_request /_goodtake;

        # The caller's identity for your API. Setting all five overwrites any that a client sends.
        auth_request_set $goodtake_user_id $upstream_http_goodtake_user_id;
        auth_request_set $goodtake_key_id $upstream_http_goodtake_key_id;
        auth_request_set $goodtake_key_name $upstream_http_goodtake_key_name;
        auth_request_set $goodtake_key_environment $upstream_http_goodtake_key_environment;
        auth_request_set $goodtake_tier $upstream_http_goodtake_tier;
        proxy_set_header GoodTake-User-Id $goodtake_user_id;
        proxy_set_header GoodTake-Key-Id $goodtake_key_id;
        proxy_set_header GoodTake-Key-Name $goodtake_key_name;
        proxy_set_header GoodTake-Key-Environment $goodtake_key_environment;
        proxy_set_header GoodTake-Tier $goodtake_tier;

        # Your API has no use for the key, so it can't lose it.
        proxy_set_header Authorization "";
        proxy_set_header X-API-Key "";

        # What is left, for the client.
        auth_request_set $goodtake_status $upstream_status;
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

        proxy_pass http://${upstream};
    }

    location = /_goodtake {
        internal;
        proxy_pass http://goodtake/api/v1/auth?limited=403&cost=1;
        proxy_http_version 1.1;
        proxy_set_header Connection "";
        proxy_set_header X-Forwarded-For $remote_addr;
        proxy_pass_request_body off;
        proxy_set_header Content-Length "";
        proxy_connect_timeout 1s;
        proxy_read_timeout 5s;
    }

    location @goodtake_unauthorized {
        internal;
        default_type application/json;
        add_header X-Request-Id $goodtake_request_id always;
        add_header Cache-Control "private, no-store" always;
        return 401 '${UNAUTHORIZED}';
    }

    location @goodtake_rejected {
        internal;
        default_type application/json;
        add_header X-Request-Id $goodtake_request_id always;
        add_header Cache-Control "private, no-store" always;
        add_header RateLimit-Policy $goodtake_policy always;
        add_header RateLimit $goodtake_limit always;
        # Empty, and then absent, unless the minute's limit is the reason.
        add_header Retry-After $goodtake_retry_after always;
        if ($goodtake_retry_after) {
            return 429 '${LIMITED}';
        }
        return 403 '${FORBIDDEN}';
    }

    location @goodtake_unavailable {
        internal;
        default_type application/json;
        # GoodTake can't read the request, and never will: no Retry-After.
        if ($goodtake_status = 400) {
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
