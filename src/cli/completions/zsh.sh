#compdef runner
# Completion of runner for zsh: runner completions zsh >"${fpath[1]}/_runner", or source <(runner completions zsh)

_runner() {
  local line word files=
  local -a described
  for line in "${(@f)$("${(Q)words[1]}" __complete "${(@Q)words[2,CURRENT]}" 2>/dev/null)}"; do
    case $line in
      '') ;;
      :files | :lua | :folders) files=$line ;;
      *)
        word=${line%%$'\t'*}
        described+=("${word//:/\\:}:${line#*$'\t'}")
        ;;
    esac
  done
  (( $#described )) && _describe runner described
  case $files in
    :files) _files ;;
    :lua) _files -g '*.lua(-.)' ;;
    :folders) _files -/ ;;
  esac
}

if [[ $funcstack[1] == _runner ]]; then
  _runner "$@"
else
  compdef _runner runner
fi
