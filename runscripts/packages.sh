# Sourced by runscripts/run and tests/run. install_missing FILE installs the Debian packages named
# in FILE that are not installed yet. It needs nothing but a base system; when nothing is missing
# it only asks dpkg.

missing_packages() {
	local wanted
	wanted=$(sed 's/#.*//' "$1" | tr -s ' \t\n' '\n' | sed '/^$/d' | sort)
	comm -23 <(echo "$wanted") \
		<(dpkg-query -W -f '${db:Status-Status} ${Package}\n' $wanted 2>/dev/null |
			sed -n 's/^installed //p' | sort)
}

install_missing() {
	local missing as_root=()
	if ! command -v dpkg-query >/dev/null; then
		echo "packages: this is not a Debian system; $1 lists what must be installed" >&2
		return 0
	fi
	missing=$(missing_packages "$1" | tr '\n' ' ')
	missing=${missing% }
	if [ -z "$missing" ]; then
		return 0
	fi
	if [ "$(id -u)" -ne 0 ]; then
		if ! command -v sudo >/dev/null; then
			echo "packages: installing $missing needs root or sudo" >&2
			return 1
		fi
		as_root=(sudo)
	fi
	echo "packages: installing $missing"
	"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive sh -c \
		'{ apt-get -qq update && apt-get -qq install -y --no-install-recommends "$@"; } </dev/null >/dev/null' \
		sh $missing && [ -z "$(missing_packages "$1")" ] && return 0
	echo "packages: could not install $missing" >&2
	return 1
}

# The Python that the package python3 brings along, whatever else is in PATH; anything else where
# there is no such file.
find_python() {
	if [ -x /usr/bin/python3 ]; then
		echo /usr/bin/python3
	else
		command -v python3
	fi
}
