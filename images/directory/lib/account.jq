# LDIF for one person. In: {"id", "name", "email", "group", "password"}. Every value is base64 (RFC 2849), so a name or a
# password can hold anything.
def value($key): "\($key):: \(@base64)";
def name: "uid=\(.id),ou=people,dc=mentor";
def dn: "dn: \(name)";
def mail: .email | select(. != null and . != "") | value("mail");
def text: type == "string" and length > 0;

# What is wrong, in words; "" when nothing is.
def id_problem:
  if .id | test("\\A[a-z][a-z0-9-]{0,30}\\z") then "" else "\(.id | @json) is not an id: a letter a-z, then up to 30 of a-z 0-9 -" end;
# Root is above the directory's own password policy, so what that says is said here once more.
def password_problem:
  if .password | length < 8 then "\(.id): a password has at least 8 characters"
  elif .password | test("\\A\\{[^}]*\\}") then "\(.id): a password that starts with {..} would be taken for a hash"
  else "" end;
def person_problem:
  if ([.id, .name, .password | text] | all) and (.email | type == "string" or . == null)
    and (.group | . == "students" or . == "teachers")
  then id_problem as $problem | if $problem == "" then password_problem else $problem end
  else "stdin must be {\"id\", \"name\", \"email\" or null, \"group\": \"students\" or \"teachers\", \"password\"}" end;

def create: dn, "objectClass: inetOrgPerson", "uid: \(.id)", (.name | value("cn", "sn", "displayName")), mail,
  (.password | value("userPassword"));

# All but the password: one that its owner changed stays.
def update: . as $person | dn, "changetype: modify",
  ("cn", "sn", "displayName" | . as $key | "replace: \($key)", ($person.name | value($key)), "-"), "replace: mail", mail;

def reset: dn, "changetype: modify", "replace: userPassword", (.password | value("userPassword"));

def other_group: if .group == "students" then "teachers" else "students" end;
def member($group; $change): "dn: cn=\($group),ou=groups,dc=mentor", "changetype: modify", "\($change): member",
  "member: \(name)";
def join: member(.group; "add");
def leave($group): member($group; "delete");
