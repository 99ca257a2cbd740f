package engine

// mergeSort sorts a list stably, top down, the first half not the larger
// one. Some comparisons here are no consistent order; then the way of sorting
// shows in the result, and Pacemaker's, which is GLib's, is this one.
func mergeSort[T any](list []T, compare func(a, b T) int) {
	if len(list) > 1 {
		mergeInto(list, make([]T, len(list)), compare)
	}
}

func mergeInto[T any](list, spare []T, compare func(a, b T) int) {
	if len(list) < 2 {
		return
	}
	half := len(list) / 2
	first, second := list[:half], list[half:]
	mergeInto(first, spare[:half], compare)
	mergeInto(second, spare[half:], compare)
	copy(spare, list)
	first, second = spare[:half], spare[half:]
	for i := range list {
		if len(second) == 0 || len(first) > 0 && compare(first[0], second[0]) <= 0 {
			list[i], first = first[0], first[1:]
		} else {
			list[i], second = second[0], second[1:]
		}
	}
}
