# site.sh: where a site lives on its server, and the steps that install, upgrade and uninstall share. To be sourced.
#
#   /srv/spaces/releases/COMMIT   the code of one version, owned by root, so that the site cannot change it
#   /srv/spaces/venvs/KEY         Python packages; versions with the same requirements share them
#   /srv/spaces/app               a link to the version that starts next. A running part keeps the files of its own
#   /srv/spaces/{var,backups,recordings,models}
#   /etc/spaces/spaces.env        the settings; install.conf: what deploy/install was told; tls/: the certificate
# shellcheck shell=bash

readonly SITE=/srv/spaces ETC=/etc/spaces ACCOUNT=spaces SOUND_GROUP=spaces-sound WEB_SERVER_ACCOUNT=www-data
readonly APP=$SITE/app SETTINGS=$ETC/spaces.env TOLD=$ETC/install.conf UNITS=/etc/systemd/system
readonly NGINX=/etc/nginx/conf.d/spaces.conf NGINX_LIMITS=/etc/nginx/modules-enabled/90-spaces.conf
readonly CHRONY=/etc/chrony/conf.d/spaces.conf COMMAND=/usr/local/bin/spaces
readonly JOURNAL=/etc/systemd/journald.conf.d/spaces.conf RENEWED=/etc/letsencrypt/renewal-hooks/deploy/spaces
readonly HEALTHY_WITHIN_SECONDS=180
# The order of an upgrade. redis, gateway and turn are not in it: they hold what people hear.
readonly PARTS=(web.1 web.2 worker beat captions recorder speech sound outside notify)

step() { echo "$PROGRAM: [$(printf '%3d' "$SECONDS") s] $*"; }

say() { echo "$PROGRAM: $*"; }

fail() {
    echo "$PROGRAM: $*" >&2
    exit 1
}

require_root() { ((EUID == 0)) || fail "only root may do this: sudo $0 $*"; }

# Answer "what version is installed" with the commit, or nothing.
installed_commit() {
    local release
    release=$(readlink "$APP" 2>/dev/null) || return 0
    basename "$release"
}

# unpack_release CHECKOUT COMMIT: put the code of a commit into its own directory.
unpack_release() {
    local release=$SITE/releases/$2 draft
    if [[ -d $release ]]; then
        add_page_libraries "$1" "$release" # npm may have been installed since
        return 0
    fi
    draft=$(mktemp -d "$SITE/releases/.draft-XXXXXX")
    in_checkout "$1" archive --format=tar "$2" | tar --extract --no-same-owner --no-same-permissions --directory "$draft"
    make_venv "$draft"
    add_page_libraries "$1" "$draft"
    "$draft/.venv/bin/python" -m compileall -q -x '/tests/' "$draft"/{spaces_project,accounts,spaces,timeline,captions}
    chmod 0755 "$draft"
    mv "$draft" "$release"
}

# git refuses a checkout of another account unless it is told that this one is meant.
in_checkout() {
    local checkout=$1
    shift
    git -c safe.directory="$checkout" -C "$checkout" "$@"
}

# Pages load hls.js for listeners over HTTP whose browser cannot play that by itself. Without npm the site does without.
add_page_libraries() {
    local checkout=$1 release=$2 served=deploy/js/served
    [[ ! -d $release/$served ]] || return 0
    if [[ -d $checkout/$served ]]; then
        cp -r "$checkout/$served" "$release/$served"
    elif command -v npm >/dev/null; then
        npm ci --prefix "$release/deploy/js" --no-audit --no-fund --loglevel error >/dev/null
        mkdir "$release/$served"
        sed '/^\/\/# sourceMappingURL=/d' "$release/deploy/js/node_modules/hls.js/dist/hls.light.min.mjs" \
            >"$release/$served/hls.light.min.mjs"
    else
        say "no npm, so some browsers cannot listen over HTTP (docs/hosting/install.md)"
    fi
}

make_venv() {
    local release=$1 requirements=(--requirement "$1/requirements.txt") key venv
    [[ $(setting_of CAPTIONS_ENGINE) != moonshine ]] || requirements+=(--requirement "$1/requirements-moonshine.txt")
    key=$({ python3 --version && cat "$1"/requirements.txt && echo "${#requirements[@]}"; } | sha256sum | cut -c -12)
    venv=$SITE/venvs/$key
    if [[ ! -e $venv/complete ]]; then
        rm -rf "$venv"
        python3 -m venv "$venv"
        "$venv/bin/pip" install --quiet --disable-pip-version-check --no-cache-dir "${requirements[@]}"
        touch "$venv/complete"
    fi
    ln -sfn "$venv" "$release/.venv"
}

# Let the next start of a part use this commit.
switch_to() {
    ln -sfn "$SITE/releases/$1" "$APP.next"
    mv -T "$APP.next" "$APP"
}

# Keep what is in use and the two versions before it.
remove_old_releases() {
    local release venv used kept=0
    for release in $(ls -1dt "$SITE"/releases/*/); do
        release=${release%/}
        [[ $release != "$(readlink "$APP")" ]] && ((++kept > 2)) && ! is_in_use "$release" && rm -rf "$release"
    done
    rm -rf "$SITE"/releases/.draft-*
    used=$(readlink "$SITE"/releases/*/.venv)
    for venv in "$SITE"/venvs/*; do
        grep --quiet --line-regexp --fixed-strings "$venv" <<<"$used" || rm -rf "$venv"
    done
}

# redis, gateway and turn go on with the code that they were started with.
is_in_use() {
    local process
    for process in /proc/[0-9]*/cwd; do
        [[ $(readlink "$process" 2>/dev/null) != "$1"* ]] || return 0
    done
    return 1
}

# manage_with RELEASE COMMAND…: run manage.py of a release as the site's account, with the site's settings.
manage_with() {
    local release=$1
    shift
    (
        umask 077
        set -a
        # shellcheck disable=SC1090
        source "$SETTINGS"
        HOME=$SITE/var
        set +a
        cd "$release"
        exec runuser -u "$ACCOUNT" -- .venv/bin/python manage.py "$@"
    )
}

manage() { manage_with "$APP" "$@"; }

setting_of() { [[ ! -e $SETTINGS ]] || (source "$SETTINGS" && echo "${!1:-}"); }

# add_setting NAME VALUE: write a setting unless the operator has one. set_setting writes it in any case.
add_setting() { grep -q "^$1=" "$SETTINGS" || echo "$1='$2'" >>"$SETTINGS"; }

set_setting() {
    sed -i "/^$1=/d" "$SETTINGS"
    echo "$1='$2'" >>"$SETTINGS"
}

# Wait until every part is well. Print the state of each if that takes too long.
wait_until_healthy() {
    local until=$((SECONDS + ${1:-$HEALTHY_WITHIN_SECONDS})) state=
    while ((SECONDS < until)); do
        state=$(ask_health) && [[ $state == *' 200' ]] && echo "${state% 200}" && return 0
        sleep 1
    done
    echo "$state"
    return 1
}

# Ask as a browser would, by TLS and the site's name, but on this machine: the name may not lead here yet.
ask_health() {
    curl --silent --insecure --max-time 5 --resolve "$DOMAIN:443:127.0.0.1" --write-out ' %{http_code}' \
        "https://$DOMAIN/healthz"
}
