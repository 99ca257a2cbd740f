package engine

import (
	"slices"
	"testing"
)

// The results are what g_list_sort of GLib 2.74 makes of the same lists, with
// a comparison that goes round in circles: 1 before 2, 2 before 3, 3 before 1.
func TestMergeSortCircular(t *testing.T) {
	for _, want := range [][]int{
		{1, 2, 3},
		{3, 1, 4, 2, 5},
		{6, 1, 4, 7, 2, 5, 3},
		{8, 3, 6, 9, 1, 4, 7, 10, 2, 5},
	} {
		got := make([]int, len(want))
		for i := range got {
			got[i] = i + 1
		}
		mergeSort(got, func(a, b int) int { return []int{0, 1, -1}[((a-b)%3+3)%3] })
		if !slices.Equal(got, want) {
			t.Errorf("sorting 1 to %d: %v, want %v", len(want), got, want)
		}
	}
}
