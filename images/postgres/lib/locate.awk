# Names the line of an error in an SQL file: psql counts to the line on which the statement ends, the server from the one
# on which it starts, and COPY within its data. In: what `psql --echo-errors --file=FILE` said, and FILE in this folder.
# Out: "FILE:LINE: ERROR:  ..." with the line of the mistake, or the statement's first, and then the server's hints.
{ said[NR] = $0 }

!first && /^psql:.+:[0-9]+: (ERROR|FATAL|PANIC|error):/ {
  first = NR
  match($0, /:[0-9]+: [A-Za-z]+:/)
  file = substr($0, 6, RSTART - 6)
  message = substr($0, RSTART + 1)
  ends = message + 0
  sub(/^[0-9]+: /, "", message)
  next
}
first && !statement && /^LINE [0-9]+: / { shown = NR; line_in_statement = substr($0, 6) + 0 }
# A function's own query: the line counts in that.
first && !statement && /^QUERY: / { line_in_statement = 0 }
first && !statement && /^CONTEXT:  COPY .*, line [0-9]+/ {
  match($0, /, line [0-9]+/)
  line_in_data = substr($0, RSTART + 7) + 0
}
first && !statement && index($0, "psql:" file ":" ends ": STATEMENT:  ") == 1 { statement = NR }

END {
  if (!first) {
    for (i = 1; i <= NR; i++) print said[i]
    exit
  }
  if (!statement) statement = NR + 1
  starts = ends - (NR - statement)
  line = starts > 0 && starts <= ends ? starts : ends
  if (line_in_statement) line += line_in_statement - 1
  if (line_in_data) {
    for (n = 1; (getline text < file) > 0 && n < ends; n++) if (tolower(text) ~ /from[ \t]+stdin/) copy = n
    if (copy) line = copy + line_in_data
  }
  print file ":" line ": " message
  for (i = first + 1; i < statement; i++) {
    # "LINE 3: " counts in the statement, which would only confuse beside the file's line.
    indent = i == shown || (i == shown + 1 && said[shown] ~ /^LINE/) ? index(said[shown], ": ") + 2 : 1
    print (indent > 1 ? "  " substr(said[i], indent) : said[i])
  }
}
